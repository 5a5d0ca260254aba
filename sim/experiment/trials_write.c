#include "sim/experiment/trials_write.h"

#include <math.h>

void trials_json_source(struct json_write *j, const char *key, const struct trial_set *t)
{
    json_write_open(j, key, '{');
    json_write_text(j, "path", t->path);
    json_write_text(j, "herdsim", t->version);
    json_write_text(j, "scenario", t->scenario);
    json_write_count(j, "seed", t->seed);
    json_write_close(j);
}

void trials_json_parameters(struct json_write *j, const struct trial_set *t, const struct trial_point *p)
{
    json_write_open(j, "parameters", '{');
    for (size_t i = 0; i < t->n_keys; i++)
        if (isnan(p->parameter[i].number))
            json_write_text(j, t->key[i].key, p->parameter[i].text);
        else
            json_write_number(j, t->key[i].key, p->parameter[i].number);
    json_write_close(j);
}

void trials_json_interval(struct json_write *j, const char *key, const struct interval *i)
{
    if (!isfinite(i->lo) || !isfinite(i->hi)) {
        json_write_text(j, key, NULL);
        return;
    }
    json_write_open(j, key, '[');
    json_write_number(j, NULL, i->lo);
    json_write_number(j, NULL, i->hi);
    json_write_close(j);
}

void trials_csv_parameters(struct csv *c, const struct trial_set *t, const struct trial_point *p)
{
    for (size_t i = 0; i < t->n_keys; i++)
        if (isnan(p->parameter[i].number))
            csv_text(c, p->parameter[i].text);
        else
            csv_number(c, p->parameter[i].number);
}
