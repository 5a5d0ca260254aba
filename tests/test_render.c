/* floor: plots */
/* test_render.c - gnuplot as a child process: what people wrote stays text, failures are told. */
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plots/plots.h"
#include "tests/suite.h"

static char folder[64];

static const char *in_folder(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static bool exists(const char *name) { return access(in_folder(name), F_OK) == 0; }

static void write_text(const char *name, const char *text, unsigned mode)
{
    FILE *f = fopen(in_folder(name), "w");
    CU_ASSERT_FATAL(f != NULL);
    CHECK(fputs(text, f) >= 0);
    CHECK_INT(fclose(f), 0);
    CHECK_INT(chmod(in_folder(name), mode), 0);
}

/* Two points whose names try everything that gnuplot would act on. */
#define NASTY              "it's `touch pwned` @A {/Bold x}_y^z & <b> %s %d $(touch pwned) \\\\"
#define METRIC(mean, unit) "{\"mean\":" mean ",\"ci\":null,\"min\":null,\"max\":null,\"unit\":\"" unit "\"}"
#define POINT(value) \
    "{\"variant\":\"" NASTY "\",\"parameters\":{\"a.b`touch pwned`\":" value "},\"replications\":1," \
    "\"verdict\":\"stable\",\"limit\":null,\"metrics\":{\"memory.total.peak\":" METRIC( \
        "1e6", "B") ",\"latency.p50\":" METRIC("0.01", \
                                               "s") ",\"memory.peak.stacks\":" METRIC("9e5", \
                                                                                      "B") ",\"connections." \
                                                                                           "peak\":" METRIC( \
                                                                                               "10", \
                                                                                               "1") "}}"
#define SUMMARY(a, b) \
    "{\"herdsim\":\"0\",\"scenario\":\"s\",\"title\":\"" NASTY "\",\"seed\":1,\"sweep\":[{\"key\":" \
    "\"a.b`touch pwned`\",\"unit\":\"1\"}],\"points\":[" POINT(a) "," POINT(b) "],\"comparisons\":[]}"

static void make_results(const char *summary)
{
    char error[512] = "";
    snprintf(folder, sizeof folder, "/tmp/test_render.XXXXXX");
    CU_ASSERT_FATAL(mkdtemp(folder) != NULL);
    write_text("summary.json", summary, 0644);
    CHECK_INT(plots_write(folder, error, sizeof error), 0);
    CHECK_TEXT(error, "");
}

static void remove_results(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    CHECK_INT(system(command), 0);
}

/* Renders with another PATH, and what else r says; what is said on standard error goes to the file "said". */
static int render_as(struct rendering r, const char *path, char *error, size_t size)
{
    char *before = strdup(getenv("PATH"));
    int saved = dup(STDERR_FILENO), said = open(in_folder("said"), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    CU_ASSERT_FATAL(before != NULL && saved >= 0 && said >= 0);
    if (path)
        CHECK_INT(setenv("PATH", path, 1), 0);
    fflush(stderr);
    dup2(said, STDERR_FILENO);
    close(said);
    int status = plots_render(&r, error, size);
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    CHECK_INT(setenv("PATH", before, 1), 0);
    free(before);
    return status;
}

static int render(const char *path, bool quiet, char *error, size_t size)
{
    return render_as((struct rendering){ .folder = folder, .quiet = quiet }, path, error, size);
}

static long size_of(const char *name)
{
    struct stat s;
    return stat(in_folder(name), &s) == 0 ? (long)s.st_size : -1;
}

static bool said(const char *what)
{
    char text[1024];
    FILE *f = fopen(in_folder("said"), "r");
    CU_ASSERT_FATAL(f != NULL);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    return strstr(text, what) != NULL;
}

static void what_people_wrote_stays_text(const char *summary)
{
    char error[512] = "";
    make_results(summary);
    CHECK_INT(render(NULL, true, error, sizeof error), 0);
    CHECK_TEXT(error, "");
    CHECK(!exists("pwned"));
    CHECK(!exists("plots/pwned"));
    CHECK(access("pwned", F_OK) != 0);
    if (access("/usr/bin/gnuplot", X_OK) == 0) {
        CHECK(size_of("plots/memory.svg") > 1000);
        CHECK(size_of("plots/why.svg") > 1000);
    }
    remove_results();
}

static void names_in_curves_stay_text(void) { what_people_wrote_stays_text(SUMMARY("1", "100")); }
static void names_in_rows_stay_text(void)
{
    what_people_wrote_stays_text(SUMMARY("\"%d `touch pwned`\"", "\"%s\""));
}

static void a_missing_gnuplot_is_a_note(void)
{
    char error[512] = "";
    make_results(SUMMARY("1", "100"));
    CHECK_INT(mkdir(in_folder("empty"), 0755), 0);
    char *path = strdup(in_folder("empty"));
    CHECK_INT(render(path, false, error, sizeof error), 0);
    CHECK_TEXT(error, "");
    CHECK(size_of("said") > 0);
    CHECK(said("the scripts are in /tmp/test_render."));
    CHECK_INT(render_as((struct rendering){ .folder = folder, .name = "here" }, path, error, sizeof error),
              0);
    CHECK(said("the scripts are in here/plots\n"));
    CHECK(said("apt install gnuplot-nox), 'herdsim plot here' draws them\n"));
    char *plots = strdup(in_folder("plots"));
    const struct rendering bare = { .folder = plots, .bare = true, .name = "here", .again = "do it" };
    CHECK_INT(render_as(bare, path, error, sizeof error), 0);
    CHECK(said("the scripts are in here\n"));
    CHECK(said("'do it' draws them\n"));
    free(plots);
    CHECK_INT(render(path, true, error, sizeof error), 0);
    CHECK_INT(size_of("said"), 0);
    free(path);
    remove_results();
}

static void a_failing_gnuplot_is_told_with_its_words(void)
{
    char error[512] = "", path[512];
    make_results(SUMMARY("1", "100"));
    CHECK_INT(mkdir(in_folder("bin"), 0755), 0);
    write_text("bin/gnuplot",
               "#!/bin/sh\necho half > memory.svg\necho half > why.svg\n"
               "case $2 in memory.gp) printf 'plot x\\n     ^\\n\"memory.gp\" line 7: no such thing\\n\\n' "
               ">&2; exit 1;; esac\n",
               0755);
    snprintf(path, sizeof path, "%s:%s", in_folder("bin"), getenv("PATH"));
    CHECK_INT(render(path, false, error, sizeof error), -1);
    CHECK_TEXT(error, "memory.gp: gnuplot failed: \"memory.gp\" line 7: no such thing");
    CHECK(exists("plots/why.svg")); /* the others are rendered all the same */
    remove_results();
}

static void a_picture_that_was_not_finished_is_removed(void)
{
    char error[512] = "", path[512];
    make_results(SUMMARY("1", "100"));
    CHECK_INT(mkdir(in_folder("bin"), 0755), 0);
    write_text("bin/gnuplot", "#!/bin/sh\necho half > ${2%.gp}.svg\nkill -9 $$\n", 0755);
    snprintf(path, sizeof path, "%s:%s", in_folder("bin"), getenv("PATH"));
    CHECK_INT(render(path, false, error, sizeof error), -1);
    CHECK_TEXT(error, "latency.gp: gnuplot was ended by signal 9");
    CHECK(!exists("plots/latency.svg"));
    CHECK(!exists("plots/memory.svg"));
    remove_results();
}

/* A gnuplot that finishes latency.gp, then hangs with a child of its own; PATH is found in path. */
static void make_hanging_gnuplot(char *path, size_t size)
{
    make_results(SUMMARY("1", "100"));
    CHECK_INT(mkdir(in_folder("bin"), 0755), 0);
    write_text("bin/gnuplot",
               "#!/bin/sh\necho half > ${2%.gp}.svg\necho x >> ../tried\n"
               "[ $2 = latency.gp ] && exit\nsleep 300 &\necho $! > ../child\nwait\n",
               0755);
    snprintf(path, size, "%s:%s", in_folder("bin"), getenv("PATH"));
}

/* The child of the hanging gnuplot is gone, or a zombie that nobody has taken in yet. */
static void check_no_child_is_left(void)
{
    char command[256];
    snprintf(
        command, sizeof command,
        "sleep 0.1; p=$(cat '%s/child') && ! grep -q 'State:[[:space:]]*[RSD]' /proc/$p/status 2>/dev/null",
        folder);
    CHECK_INT(system(command), 0);
}

static void a_gnuplot_that_hangs_is_not_tried_again(void)
{
    char error[512] = "", path[512];
    make_hanging_gnuplot(path, sizeof path);
    const struct rendering r = { .folder = folder, .limit_ms = 500 };
    CHECK_INT(render_as(r, path, error, sizeof error), RENDER_FAILED);
    CHECK_TEXT(error, "memory.gp: gnuplot did not finish within 0.5 s");
    CHECK(said("1 more figure is left out"));
    CHECK_INT(size_of("tried"), 4);
    CHECK(exists("plots/latency.svg") && !exists("plots/memory.svg"));
    check_no_child_is_left();
    remove_results();
}

static atomic_int stop;

static void on_alarm(int number)
{
    (void)number;
    atomic_store(&stop, 1);
}

static void a_stop_ends_the_rendering_at_once(void)
{
    char error[512] = "", path[512];
    make_hanging_gnuplot(path, sizeof path);
    const struct rendering r = { .folder = folder, .stop = &stop };
    void (*before)(int) = signal(SIGALRM, on_alarm);
    alarm(1);
    CHECK_INT(render_as(r, path, error, sizeof error), RENDER_STOPPED);
    CHECK_INT(render_as(r, path, error, sizeof error), RENDER_STOPPED);
    signal(SIGALRM, before);
    CHECK_TEXT(error, "");
    CHECK_INT(size_of("said"), 0);
    CHECK_INT(size_of("tried"), 4);
    CHECK(exists("plots/latency.svg") && !exists("plots/memory.svg"));
    check_no_child_is_left();
    remove_results();
}

static void what_cannot_be_written_is_told(void)
{
    char error[512] = "";
    make_results(SUMMARY("1", "100"));
    char command[160];
    snprintf(command, sizeof command, "rm -r '%s/plots' && touch '%s/plots'", folder, folder);
    CHECK_INT(system(command), 0);
    CHECK_INT(plots_write(folder, error, sizeof error), -1);
    CHECK(strstr(error, "plots/memory.gp: cannot be written: Not a directory") != NULL);
    remove_results();
    CHECK_INT(plots_write(folder, error, sizeof error), -1);
    CHECK(strstr(error, "summary.json") != NULL);
}

/* A limit on the size of files stands for a full disk. */
static void a_full_disk_leaves_nothing_half_written(void)
{
    struct rlimit before, small;
    char error[512] = "", command[160];
    make_results(SUMMARY("1", "100"));
    snprintf(command, sizeof command, "rm -r '%s/plots'", folder);
    CHECK_INT(system(command), 0);
    CHECK_INT(getrlimit(RLIMIT_FSIZE, &before), 0);
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    small = before;
    small.rlim_cur = 512;
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &small), 0);
    int status = plots_write(folder, error, sizeof error);
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, handler);
    CHECK_INT(status, -1);
    CHECK(strstr(error, "memory.gp: cannot be written: File too large") != NULL);
    CHECK(!exists("plots/memory.gp"));
    CHECK(!exists("plots/memory.gp.new"));
    remove_results();
}

SUITE("render", { "names in curves stay text", names_in_curves_stay_text },
      { "names in rows stay text", names_in_rows_stay_text },
      { "a missing gnuplot is a note", a_missing_gnuplot_is_a_note },
      { "a failing gnuplot is told with its words", a_failing_gnuplot_is_told_with_its_words },
      { "a picture that was not finished is removed", a_picture_that_was_not_finished_is_removed },
      { "a gnuplot that hangs is ended and not tried again", a_gnuplot_that_hangs_is_not_tried_again },
      { "a stop ends the rendering at once", a_stop_ends_the_rendering_at_once },
      { "what cannot be written is told", what_cannot_be_written_is_told },
      { "a full disk leaves nothing half-written", a_full_disk_leaves_nothing_half_written })
