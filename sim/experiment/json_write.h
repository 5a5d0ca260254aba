/* json_write.h - JSON to a stream as it comes, in constant memory; a number that is undefined is null.
 *
 * Keys are NULL inside arrays. Text is UTF-8. Whether the stream took it all is for the caller to ask. */
#ifndef SIM_EXPERIMENT_JSON_WRITE_H
#define SIM_EXPERIMENT_JSON_WRITE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define JSON_WRITE_DEPTH 16u

struct json_write {
    FILE *to;
    unsigned depth;
    char closing[JSON_WRITE_DEPTH];
    bool begun[JSON_WRITE_DEPTH];
};

/* bracket: '{' or '['. Each is closed by json_write_close. */
void json_write_open(struct json_write *j, const char *key, char bracket);
void json_write_close(struct json_write *j);
void json_write_text(struct json_write *j, const char *key, const char *text); /* NULL: null */
void json_write_number(struct json_write *j, const char *key, double value);
void json_write_count(struct json_write *j, const char *key, uint64_t value);
void json_write_bool(struct json_write *j, const char *key, bool value);

#endif
