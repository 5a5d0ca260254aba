/* profiles.c - finds a profile by name or file. */
#include "models/profiles.h"

#include <stdio.h>
#include <string.h>

#include "sim/scenario/source.h"

const struct profile_kind machine_profiles = { "profile", "machine profile", profiles_of_machines };
const struct profile_kind runtime_profiles = { "language", "language runtime", profiles_of_runtimes };

#define VERSION "1" /* of the format of either kind */

static const char *const head_keys[] = { "herdsim_profile", "herdsim_runtime", "name", "title", "recorded" };

static bool is_head_key(const char *key)
{
    for (size_t i = 0; i < sizeof head_keys / sizeof *head_keys; i++)
        if (!strcmp(key, head_keys[i]))
            return true;
    return false;
}

static const struct node *complain(const struct profile_kind *kind, struct arena *a,
                                   const struct node *profile, struct diag *d)
{
    const char *known = "";
    for (const struct profile *p = kind->builtin; p->name; p++)
        known = arena_printf(a, "%s%s%s", known, *known ? ", " : "", p->name);
    diag_error(d, profile->at, "unknown %s '%s'; built in: %s; or a file that ends in .yaml", kind->what,
               profile->text, known);
    return NULL;
}

static const struct node *load_file(const struct profile_kind *kind, struct arena *a,
                                    const struct node *profile, const char *folder, struct diag *d)
{
    const char *path = source_path(a, folder, profile->text);
    const struct node *map = path ? node_load_from(a, path, profile->at, d, NULL) : NULL;
    if (map && map->kind != NODE_MAP) {
        diag_error(d, map->at, "a %s is a mapping", kind->what);
        return NULL;
    }
    return map;
}

const struct node *profile_load(const struct profile_kind *kind, struct arena *a, const struct node *profile,
                                const char *folder, struct diag *d)
{
    if (profile->kind == NODE_MAP)
        return profile;
    if (profile->kind != NODE_SCALAR) {
        diag_error(d, profile->at, "%s: expects a name, a file or a mapping", kind->key);
        return NULL;
    }
    for (const struct profile *p = kind->builtin; p->name; p++)
        if (!strcmp(p->name, profile->text))
            return node_parse(a, p->yaml, p->name, d);
    size_t n = strlen(profile->text);
    if (n > 5 && !strcmp(profile->text + n - 5, ".yaml"))
        return load_file(kind, a, profile, folder, d);
    return complain(kind, a, profile, d);
}

static bool is_version(const char *key)
{
    return !strcmp(key, "herdsim_profile") || !strcmp(key, "herdsim_runtime");
}

static void check_version(const struct pair *head, struct diag *d)
{
    if (is_version(head->key->text) &&
        (head->value->kind != NODE_SCALAR || strcmp(head->value->text, VERSION) != 0))
        diag_error(d, head->value->at, "%s: this program reads version " VERSION " of the format",
                   head->key->text);
}

const struct node *profile_keys(const struct profile_kind *kind, struct arena *a, const struct node *profile,
                                const char *folder, struct diag *d)
{
    const struct node *map = profile_load(kind, a, profile, folder, d);
    if (!map)
        return NULL;
    struct pair *pair = ARENA_ARRAY(a, struct pair, map->n ? map->n : 1);
    struct node *keys = ARENA_NEW(a, struct node);
    if (!pair || !keys)
        return NULL;
    *keys = (struct node){ .kind = NODE_MAP, .at = map->at, .pair = pair };
    for (size_t i = 0; i < map->n; i++)
        if (is_head_key(map->pair[i].key->text))
            check_version(&map->pair[i], d);
        else
            pair[keys->n++] = map->pair[i];
    return keys;
}
