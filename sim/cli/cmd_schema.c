/* cmd_schema.c - `herdsim schema`: the JSON Schema of the scenario format. */
#include <stdlib.h>

#include "models/herd_study.h"
#include "sim/cli/cli.h"
#include "sim/scenario/describe.h"

int cmd_schema(const struct options *o)
{
    (void)o;
    char *text = describe_json_schema(herd_study.root);
    if (!text) {
        complain("out of memory");
        return EXIT_SYSTEM;
    }
    fputs(text, stdout);
    free(text);
    return EXIT_DONE;
}
