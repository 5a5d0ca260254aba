/* floor: experiment */
#include "tests/suite.h"

#include <signal.h>
#include <sys/resource.h>

#include "sim/experiment/folder.h"
#include "tests/toy_run.h"

static void new_folder(void)
{
    struct ran r;
    run(&r, HEAD, 2);
    CHECK_INT(write_to(&r, in(0, "a/b/c///")), 0);
    CHECK(exists(in(0, "a/b/c/summary.json")));
    CHECK_INT(entries(in(0, "a/b"), ""), 1);
    CHECK_INT(mkdir(in(0, "a/empty"), 0777), 0);
    CHECK_INT(write_to(&r, in(0, "a/empty")), 0);
    CHECK(exists(in(0, "a/empty/summary.json")));
    ran_term(&r);
}

static void replaces(void)
{
    struct ran r;
    run(&r, HEAD, 2);
    CHECK_INT(write_to(&r, in(0, "again-and-again")), 0);
    CHECK_INT(mkdir(in(0, "again-and-again/plots"), 0777), 0);
    toy_file(0, "again-and-again/plots/old.gp", "plot");
    toy_file(0, "again-and-again/trials.csv", "old");
    CHECK_INT(write_to(&r, in(0, "again-and-again")), 0);
    char *text = content(in(0, "again-and-again"), "trials.csv");
    CHECK(strcmp(text, "old"));
    free(text);
    CHECK(!exists(in(0, "again-and-again/plots")));
    CHECK_INT(entries(toy_folder(), ".again-and-again"), 0);
    ran_term(&r);
}

static void replaces_in_two_steps(void)
{
    CHECK_INT(mkdir(in(0, "slow"), 0777), 0);
    CHECK_INT(mkdir(in(1, "fast"), 0777), 0);
    toy_file(0, "slow/old", "old");
    toy_file(0, "fast/new", "new");
    CHECK_INT(folder_replace_in_two_steps(in(0, "slow"), in(1, "fast")), 0);
    CHECK(exists(in(0, "slow/new")));
    CHECK(!exists(in(0, "slow/old")));
    CHECK(!exists(in(0, "fast")));
    CHECK_INT(folder_replace_in_two_steps(in(0, "slow"), in(1, "fast")), -1);
    CHECK(exists(in(0, "slow/new")));
    CHECK_INT(entries(toy_folder(), ".slow"), 0);
}

/* Opening path fails with a sentence that says what. */
static void check_refused(const char *path, const char *what)
{
    struct result_folder f;
    *error = '\0';
    CHECK_INT(results_open(&f, path, error, sizeof error), -1);
    if (!strstr(error, what))
        printf("\n%s", error);
    CHECK(strstr(error, what) != NULL);
    results_close(&f);
}

static void refuses_foreign(void)
{
    struct ran r;
    CHECK_INT(mkdir(in(0, "mine"), 0777), 0);
    toy_file(0, "mine/thesis.txt", "ten years");
    check_refused(in(0, "mine"), "something else than a herdsim result");
    toy_file(0, "mine/summary.json", "{\"points\": []}");
    check_refused(in(0, "mine"), "something else than a herdsim result");
    char *text = content(in(0, "mine"), "thesis.txt");
    CHECK_TEXT(text, "ten years");
    free(text);
    run(&r, HEAD, 2);
    CHECK_INT(write_to(&r, in(0, "result")), 0);
    toy_file(0, "result/notes.txt", "look here");
    check_refused(in(0, "result"), "notes.txt");
    CHECK(exists(in(0, "result/notes.txt")) && exists(in(1, "result/summary.json")));
    CHECK_INT(entries(toy_folder(), ".mine") + entries(toy_folder(), ".result"), 0);
    ran_term(&r);
}

static void refuses_foreign_plots(void)
{
    struct ran r;
    run(&r, HEAD, 2);
    CHECK_INT(write_to(&r, in(0, "drawn")), 0);
    CHECK_INT(mkdir(in(0, "drawn/plots"), 0777), 0);
    for (size_t i = 0; i < 6; i++) {
        static const char *const ours[] = {
            "why.gp", "why.dat", "why.svg", "why.png", "why.pdf", "why.gp.new"
        };
        char name[64];
        snprintf(name, sizeof name, "drawn/plots/%s", ours[i]);
        toy_file(0, name, "ours");
    }
    toy_file(0, "drawn/plots/slides.odp", "ten hours");
    check_refused(in(0, "drawn"), "holds 'plots/slides.odp', which herdsim did not write");
    CHECK(exists(in(0, "drawn/plots/slides.odp")));
    CHECK_INT(rename(in(0, "drawn/plots/slides.odp"), in(1, "slides.odp")), 0);
    CHECK_INT(mkdir(in(0, "drawn/plots/my.gp"), 0777), 0);
    check_refused(in(0, "drawn"), "holds 'plots/my.gp'");
    CHECK_INT(rmdir(in(0, "drawn/plots/my.gp")), 0);
    CHECK_INT(write_to(&r, in(0, "drawn")), 0);
    toy_file(0, "drawn/plots", "a file");
    check_refused(in(0, "drawn"), "holds 'plots'");
    ran_term(&r);
}

static void refuses_others(void)
{
    check_refused(toy_file(0, "plain", "text"), "it is a file");
    CHECK_INT(symlink(toy_folder(), in(0, "link")), 0);
    check_refused(in(0, "link"), "symbolic link");
    CHECK_INT(symlink("/nonexistent", in(0, "dangling")), 0);
    check_refused(in(0, "dangling"), "symbolic link");
    check_refused(".", "replaced as a whole");
    check_refused("/", "replaced as a whole");
    check_refused("", "replaced as a whole");
    check_refused(in(0, "x/.."), "replaced as a whole");
    check_refused(in(0, "plain/x"), "Not a directory");
    check_refused("/proc/herdsim/x", "/proc/herdsim/x: ");
    check_refused("/proc", "mount point");
}

static void foreign_at_commit(void)
{
    struct ran r;
    struct result_folder f;
    run(&r, HEAD, 1);
    CHECK_INT(results_open(&f, in(0, "late"), error, sizeof error), 0);
    CHECK_INT(results_write(&f, &r.outcome, error, sizeof error), 0);
    toy_file(0, "late/thesis.txt", "ten years");
    CHECK_INT(results_commit(&f, error, sizeof error), -1);
    results_close(&f);
    CHECK(exists(in(0, "late/thesis.txt")));
    CHECK_INT(entries(toy_folder(), ".late"), 0);
    ran_term(&r);
}

static void closed_early(void)
{
    struct ran r;
    struct result_folder f, none = { 0 };
    run(&r, HEAD, 1);
    CHECK_INT(write_to(&r, in(0, "kept")), 0);
    CHECK_INT(results_open(&f, in(0, "kept"), error, sizeof error), 0);
    CHECK_INT(entries(toy_folder(), ".kept"), 1);
    toy_file(0, "kept/summary.csv", "still the old one");
    results_close(&f);
    results_close(&none);
    char *text = content(in(0, "kept"), "summary.csv");
    CHECK_TEXT(text, "still the old one");
    free(text);
    CHECK_INT(entries(toy_folder(), ".kept"), 0);
    ran_term(&r);
}

static void litter(void)
{
    struct result_folder f;
    CHECK_INT(mkdir(in(0, ".out.herdsim-1-0"), 0777), 0);
    CHECK_INT(mkdir(in(0, ".out.herdsim-1-0/plots"), 0777), 0);
    toy_file(0, ".out.herdsim-1-0/plots/x.gp", "plot");
    CHECK_INT(mkdir(in(0, ".out.herdsim-notes"), 0777), 0);
    CHECK_INT(mkdir(in(0, ".outside.herdsim-1-0"), 0777), 0);
    CHECK_INT(results_open(&f, in(0, "out"), error, sizeof error), 0);
    CHECK(!exists(in(0, ".out.herdsim-1-0")));
    CHECK(exists(in(0, ".out.herdsim-notes")));
    CHECK(exists(in(0, ".outside.herdsim-1-0")));
    results_close(&f);
}

static void one_at_a_time(void)
{
    struct ran r;
    struct result_folder f;
    run(&r, HEAD, 1);
    CHECK_INT(results_open(&f, in(0, "out"), error, sizeof error), 0);
    check_refused(in(0, "out"), "another herdsim is writing there");
    check_refused(in(0, "out/"), "another herdsim is writing there");
    CHECK(exists(f.fresh));
    results_close(&f);
    CHECK(!exists(in(0, "out"))); /* it was made for nothing */
    CHECK_INT(write_to(&r, in(0, "out")), 0);
    CHECK_INT(results_open(&f, in(0, "out"), error, sizeof error), 0);
    CHECK_INT(results_write(&f, &r.outcome, error, sizeof error), 0);
    CHECK_INT(results_commit(&f, error, sizeof error), 0);
    results_close(&f);
    CHECK_INT(write_to(&r, in(0, "out")), 0);
    ran_term(&r);
}

/* The first bytes of a database that herdsim made, as far as they matter. */
static void write_record(const char *path, const char *magic)
{
    char head[100] = "SQLite format 3";
    memcpy(head + 68, magic, 4);
    FILE *f = fopen(path, "w");
    CHECK(f && fwrite(head, sizeof head, 1, f) == 1 && !fclose(f));
}

static void replaces_records(void)
{
    struct ran r;
    run(&r, HEAD, 1);
    CHECK_INT(mkdir(in(0, "killed"), 0777), 0);
    toy_file(0, "killed/trials.sqlite-wal", "log");
    toy_file(0, "killed/trials.sqlite.new", "half");
    CHECK_INT(write_to(&r, in(0, "killed")), 0);
    CHECK_INT(mkdir(in(0, "deadly"), 0777), 0);
    toy_file(0, "deadly/trials.sqlite-shm", "shared");
    write_record(in(0, "deadly/trials.sqlite"), "herd");
    CHECK_INT(write_to(&r, in(0, "deadly")), 0);
    CHECK(exists(in(0, "deadly/summary.json")));
    CHECK_INT(mkdir(in(0, "theirs"), 0777), 0);
    write_record(in(0, "theirs/trials.sqlite"), "cows");
    check_refused(in(0, "theirs"), "something else than a herdsim result");
    write_record(in(0, "theirs/trials.sqlite"), "herd");
    toy_file(0, "theirs/trials.csv", "mine");
    check_refused(in(0, "theirs"), "something else than a herdsim result");
    ran_term(&r);
}

static void full_disk(void)
{
    struct ran r;
    struct result_folder f;
    struct rlimit old, small;
    run(&r, SWEPT, 2);
    CHECK_INT(write_to(&r, in(0, "full")), 0);
    CU_ASSERT_FATAL(!getrlimit(RLIMIT_FSIZE, &old));
    small = (struct rlimit){ 5000, old.rlim_max };
    void (*before)(int) = signal(SIGXFSZ, SIG_IGN);
    CHECK_INT(results_open(&f, in(0, "full"), error, sizeof error), 0);
    CU_ASSERT_FATAL(!setrlimit(RLIMIT_FSIZE, &small));
    CHECK_INT(results_write(&f, &r.outcome, error, sizeof error), -1);
    CU_ASSERT_FATAL(!setrlimit(RLIMIT_FSIZE, &old));
    signal(SIGXFSZ, before);
    CHECK(strstr(error, "full/") && strstr(error, "File too large"));
    results_close(&f);
    CHECK(exists(in(0, "full/summary.json")));
    CHECK_INT(entries(in(0, "full"), ""), 7);
    CHECK_INT(entries(toy_folder(), ".full"), 0);
    ran_term(&r);
}

static void clean(void) { toy_clean(); }

SUITE("folder", { "results go to a new folder or an empty one, parents included", new_folder },
      { "an earlier result is replaced as a whole", replaces },
      { "without an exchange, two steps replace a folder or leave it", replaces_in_two_steps },
      { "a folder with anything else in it is refused and stays as it is", refuses_foreign },
      { "what others put among the plots is refused likewise", refuses_foreign_plots },
      { "files, links, mount points and nameless places are refused", refuses_others },
      { "a folder that became somebody else's meanwhile is left to them", foreign_at_commit },
      { "closing before the commit leaves everything as it was", closed_early },
      { "what crashed runs left is removed, and nothing else", litter },
      { "one run at a time writes to a folder", one_at_a_time },
      { "the record of a killed run is replaced, and no other database", replaces_records },
      { "a full disk leaves nothing half-written and the old result in place", full_disk },
      { "the test leaves nothing behind", clean })
