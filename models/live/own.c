/* own.c - see own.h. */
#include "models/live/own.h"

#include <string.h>

static const struct field *find(const struct field *rows, const char *name, size_t n)
{
    for (; rows->kind != FIELD_END; rows++)
        if (strlen(rows->key) == n && !strncmp(rows->key, name, n))
            return rows;
    return NULL;
}

const void *own_value(const struct server_conf *s, const char *key, const struct field **row)
{
    const struct field *rows = s->model.model->fields;
    const char *at = s->model.conf;
    for (;;) {
        size_t n = strcspn(key, ".");
        if (!(*row = find(rows, key, n)))
            return NULL;
        at += (*row)->off;
        if (!key[n])
            return at;
        rows = (*row)->sub->fields;
        key += n + 1;
    }
}

bool own_is_true(const struct server_conf *s, const char *key)
{
    const struct field *row;
    const bool *value = own_value(s, key, &row);
    return value && *value;
}

bool own_word_is_not(const struct server_conf *s, const char *key, const char *word)
{
    const struct field *row;
    const int *value = own_value(s, key, &row);
    return value && strcmp(row->words[*value].name, word) != 0;
}

bool own_time_is_given(const struct server_conf *s, const char *key)
{
    const struct field *row;
    const simtime *value = own_value(s, key, &row);
    return value && *value != SIMTIME_MAX;
}
