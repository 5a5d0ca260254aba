/* profile_text.c - the profile as text. The template's lines are kept, so that an assumed figure keeps its
 * source; those of a measured key are replaced, together with the comment that belongs to it: the lines above
 * it that begin with '#' at the key's own indent, and those below that go on with the remark at its end. */
#include <string.h>

#include "models/calibrate/calibrate.h"

#define WIDTH 118u
#define NOISY 0.1 /* share of a core */

/* A line of the template. */
struct line {
    const char *text;
    size_t length;
};

static bool next_line(const char **at, struct line *l)
{
    if (!**at)
        return false;
    l->text = *at;
    l->length = strcspn(*at, "\n");
    *at += l->length + ((*at)[l->length] == '\n');
    return true;
}

static size_t indent_of(const struct line *l)
{
    size_t n = 0;
    while (n < l->length && l->text[n] == ' ')
        n++;
    return n;
}

static bool is_comment(const struct line *l)
{
    size_t n = indent_of(l);
    return n < l->length && l->text[n] == '#';
}

/* A remark that goes on below its key stands further right than any key. */
static bool goes_on(const struct line *l) { return is_comment(l) && indent_of(l) > 4; }

static size_t key_length(const struct line *l)
{
    size_t at = indent_of(l), n = at;
    while (n < l->length && l->text[n] != ':' && l->text[n] != ' ')
        n++;
    return n < l->length && l->text[n] == ':' ? n - at : 0;
}

static bool has_value(const struct line *l)
{
    size_t n = indent_of(l) + key_length(l) + 1;
    while (n < l->length && l->text[n] == ' ')
        n++;
    return n < l->length && l->text[n] != '#';
}

static void write_line(const struct line *l, FILE *to) { fprintf(to, "%.*s\n", (int)l->length, l->text); }

/* Words as comment lines of an indent. */
static void write_comment(size_t indent, const char *words, FILE *to)
{
    size_t column = 0;
    for (const char *word = words; *word;) {
        size_t n = strcspn(word, " ");
        if (column && column + 1 + n <= WIDTH) {
            fprintf(to, " %.*s", (int)n, word);
            column += 1 + n;
        } else {
            fprintf(to, "%s%*s# %.*s", column ? "\n" : "", (int)indent, "", (int)n, word);
            column = indent + 2 + n;
        }
        word += n;
        word += strspn(word, " ");
    }
    fputc('\n', to);
}

/* "1.21 to 1.35 us in half of 15 rounds", or nothing where a round was enough. */
static void spread_text(const struct figure *f, const struct figure_summary *s, char *text, size_t size)
{
    char low[40], high[40];
    text[0] = '\0';
    if (s->rounds < 2)
        return;
    figure_print(f->kind, s->low, low, sizeof low);
    figure_print(f->kind, s->high, high, sizeof high);
    snprintf(text, size, "; %s to %s in half of %u rounds", low, high, s->rounds);
}

static void write_measured(const struct calibration *c, enum figure_id i, const struct line *l, FILE *to)
{
    const struct figure *f = &figures[i];
    struct figure_summary s = figure_summary(&c->figure[i]);
    char value[500], spread[120], words[600];
    figure_value(c, i, value, sizeof value);
    spread_text(f, &s, spread, sizeof spread);
    snprintf(words, sizeof words, "[c] %s%s", f->method, spread);
    write_comment(indent_of(l), words, to);
    fprintf(to, "%.*s: %s\n", (int)(indent_of(l) + key_length(l)), l->text, value);
}

/* --- sections and keys ---------------------------------------------------------------------------------- */

/* Follows the sections of the template; returns the figure that is measured for the line's key, or FIGURES.
 */
static enum figure_id figure_of_line(char section[32], const struct line *l)
{
    size_t n = key_length(l);
    if (!n || is_comment(l))
        return FIGURES;
    if (!indent_of(l))
        snprintf(section, 32, "%.*s", has_value(l) ? 0 : (int)n, l->text);
    return has_value(l) ? figure_of_key(section, l->text + indent_of(l), n) : FIGURES;
}

static bool is_measured(const struct calibration *c, enum figure_id i)
{
    return i != FIGURES && c->figure[i].n > 0;
}

/* What of the scheduler, of costs and of sizes stays as in the template as they are, for the head. */
static void assumed_keys(const struct calibration *c, const char *template_text, char *words, size_t size)
{
    char section[32] = "";
    struct line l;
    size_t used = 0;
    words[0] = '\0';
    for (const char *at = template_text; next_line(&at, &l);) {
        enum figure_id i = figure_of_line(section, &l);
        bool matters =
            !strcmp(section, "scheduler") || !strcmp(section, "costs") || !strcmp(section, "sizes");
        if (!matters || is_comment(&l) || !has_value(&l) || is_measured(c, i) || used >= size)
            continue;
        used += (size_t)snprintf(words + used, size - used, "%s%s.%.*s", used ? ", " : "", section,
                                 (int)key_length(&l), l.text + indent_of(&l));
    }
}

/* --- the head ------------------------------------------------------------------------------------------- */

static void write_machine(const struct calibration *c, FILE *to)
{
    const struct machine_facts *m = &c->facts;
    char words[500];
    snprintf(words, sizeof words,
             "%s, %u core%s, %.1f GiB, %s; by `herdsim calibrate` on %s: %u round%s, %.0f s%s.", m->cpu,
             m->cores, m->cores == 1 ? "" : "s", m->memory / 0x1p30, m->kernel, m->date, c->rounds,
             c->rounds == 1 ? "" : "s", c->seconds, m->root ? "" : ", without root");
    write_comment(0, words, to);
}

/* A busy machine is told to whoever reads the file later. */
static void write_noise(const struct calibration *c, FILE *to)
{
    double stolen = figure_summary(&c->figure[FIGURE_STOLEN]).median;
    char words[200];
    snprintf(words, sizeof words,
             "A noisy machine: others took %.0f %% of a core that was kept busy. Figures may be wrong; "
             "measure again "
             "when nothing else runs.",
             100 * stolen);
    if (stolen > NOISY)
        write_comment(0, words, to);
}

static void write_evidence(const struct calibration *c, FILE *to)
{
    for (unsigned i = 0; i < FIGURES; i++) {
        struct figure_summary s = figure_summary(&c->figure[i]);
        char value[40], spread[120], words[600];
        if (!s.rounds || !figure_is_evidence(&figures[i]))
            continue;
        figure_print(figures[i].kind, s.median, value, sizeof value);
        spread_text(&figures[i], &s, spread, sizeof spread);
        snprintf(words, sizeof words, "- %s: %s%s (%s)", figures[i].key, value, spread, figures[i].method);
        write_comment(0, words, to);
    }
}

static void write_head(const struct calibration *c, const char *name, const char *template_text, FILE *to)
{
    char words[4096], keys[3000];
    write_machine(c, to);
    write_noise(c, to);
    fputs("#\n", to);
    write_comment(0, "[c] by this calibration: the median over the rounds, and their quartiles.", to);
    assumed_keys(c, template_text, keys, sizeof keys);
    snprintf(words, sizeof words,
             "Assumed, as in the built-in profile linux-x86_64, with the source that stands there ([m]: by "
             "hand on a "
             "2-vCPU AMD EPYC virtual machine, Linux 6.18, glibc 2.36): %s. So are the number of cores and "
             "the memory, "
             "which a scenario says.",
             keys);
    write_comment(0, words, to);
    write_evidence(c, to);
    fprintf(to, "herdsim_profile: 1\nname: %s\ntitle: '", name);
    for (const char *t = c->facts.cpu; *t; t++)
        if (*t != '\'')
            fputc(*t, to);
    fprintf(to, ", %s'\nrecorded: %s\n", c->facts.kernel, c->facts.date);
}

/* --- the body ------------------------------------------------------------------------------------------- */

/* How far the template has been written. */
struct copy {
    const struct calibration *c;
    FILE *to;
    const char *comment; /* where the comment begins that belongs to the next key; NULL: there is none */
    char section[32];
    bool skips; /* the last key was measured: its remark is not copied */
};

static void copy_comment(const struct copy *k, const char *until)
{
    struct line l;
    for (const char *at = k->comment; at && at < until && next_line(&at, &l);)
        write_line(&l, k->to);
}

static void copy_key(struct copy *k, const struct line *l)
{
    enum figure_id i = figure_of_line(k->section, l);
    k->skips = is_measured(k->c, i);
    if (k->skips) {
        write_measured(k->c, i, l, k->to);
    } else {
        copy_comment(k, l->text);
        write_line(l, k->to);
    }
    k->comment = NULL;
}

static bool is_head(const struct line *l)
{
    static const char *const keys[] = { "herdsim_profile:", "name:", "title:", "recorded:" };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!strncmp(l->text, keys[i], strlen(keys[i])))
            return true;
    return false;
}

void profile_write(const struct calibration *c, const char *name, const char *template_text, FILE *to)
{
    struct copy k = { .c = c, .to = to };
    struct line l;
    bool in_body = false;
    write_head(c, name, template_text, to);
    for (const char *at = template_text; next_line(&at, &l);) {
        if (is_head(&l)) {
            in_body = true;
            k.comment = NULL;
        } else if (goes_on(&l)) {
            if (in_body && !k.skips)
                write_line(&l, to);
        } else if (is_comment(&l)) {
            k.comment = k.comment ? k.comment : l.text;
        } else if (in_body && key_length(&l)) {
            copy_key(&k, &l);
        }
    }
}
