/* floor: experiment */
#include "tests/suite.h"

#include "tests/store_box.h"

static void everything_comes_back(void)
{
    struct plan p;
    load(&p, SWEPT);
    const char *folder = recorded(&p, 3);
    struct store *s = open_store(folder, &p, true);
    check_all(s, &p, 6);
    CHECK_INT(add(s, &p, 1, 3), 0);
    CHECK_INT(store_sync(s, error, sizeof error), 0);
    check_all(s, &p, 7);
    CHECK_INT(add(s, &p, 1, 3), 0); /* the same again changes nothing */
    store_close(s);
    s = open_store(folder, &p, true);
    CHECK_INT(store_recorded(s), 7);
    store_close(s);
    CHECK_INT(entries(folder), 1);
    plan_term(&p);
}

static void people_can_ask_it(void)
{
    struct plan p;
    load(&p, HEAD "variants: {'a \"b\", c': {}, event loop: {server.model: constant}}\n"
                  "herds: {A: {collars: 1}, a: {collars: 2}}\n"
                  "sweep: {load: [0.5, 2], herds.A.collars: [10000], herds.a.collars: [7]}\n");
    const char *folder = recorded(&p, 2);
    CHECK_TEXT(ask(folder, "SELECT count(*) FROM results"), "8");
    CHECK_TEXT(ask(folder, "SELECT variant FROM results"), "a \"b\", c");
    CHECK_TEXT(ask(folder, "SELECT DISTINCT load FROM results WHERE variant = 'event loop' AND point = 3"),
               "2");
    CHECK_TEXT(ask(folder, "SELECT \"herds.A.collars\" FROM results"), "10000");
    CHECK_TEXT(ask(folder, "SELECT \"herds.a.collars_\" FROM results"), "7");
    CHECK_TEXT(ask(folder, "SELECT avg(served) FROM results GROUP BY variant"), "200.0");
    CHECK_TEXT(ask(folder, "SELECT never FROM trials"), "NULL");
    CHECK_TEXT(ask(folder, "SELECT \"limit\" FROM trials WHERE verdict = 'overloaded'"), "cpu");
    CHECK_TEXT(ask(folder, "SELECT limit_at FROM trials WHERE verdict = 'stable'"), "NULL");
    CHECK_TEXT(ask(folder, "SELECT unit FROM units WHERE metric = 'wait.p99'"), "s");
    CHECK_TEXT(ask(folder, "SELECT value FROM run WHERE key = 'seed'"), "5");
    CHECK_TEXT(ask(folder, "SELECT value FROM run WHERE key = 'herdsim'"), HERDSIM_VERSION);
    CHECK_TEXT(ask(folder, "SELECT count(*) FROM detail"), "8");
    CHECK_TEXT(ask(folder, "PRAGMA integrity_check"), "ok");
    plan_term(&p);
}

/* Everything after the run has ended: one plain file there, and the same one here. */
static void is_kept_as_one_file(void)
{
    struct plan p;
    load(&p, SWEPT);
    const char *folder = recorded(&p, 2), *other = fresh_folder();
    struct store *s = open_store(folder, &p, true);
    CHECK_INT(add(s, &p, 0, 2), 0);
    CHECK_INT(store_keep(s, other, true, error, sizeof error), 0);
    store_close(s);
    CHECK_INT(entries(folder), 1);
    CHECK_INT(entries(other), 1);
    CHECK_TEXT(ask(other, "SELECT count(*) FROM trials"), "5");
    CHECK_TEXT(ask(other, "SELECT value FROM run WHERE key = 'complete'"), "1");
    CHECK_TEXT(ask(other, "PRAGMA journal_mode"), "delete");
    s = open_store(other, &p, true);
    CHECK_INT(add(s, &p, 1, 2), 0);
    store_close(s);
    CHECK_TEXT(ask(other, "SELECT value FROM run WHERE key = 'complete'"), "0");
    plan_term(&p);
}

static void is_copied_while_somebody_reads(void)
{
    struct plan p;
    load(&p, SWEPT);
    const char *folder = recorded(&p, 1), *other = fresh_folder();
    struct store *s = open_store(folder, &p, true);
    CHECK_INT(add(s, &p, 0, 1), 0);
    CHECK_INT(store_sync(s, error, sizeof error), 0);
    sqlite3 *db;
    sqlite3_stmt *reading;
    CHECK_INT(sqlite3_open(file_in(folder, STORE_FILE), &db), 0);
    CHECK_INT(sqlite3_prepare_v2(db, "SELECT * FROM trials", -1, &reading, NULL), 0);
    CHECK_INT(sqlite3_step(reading), SQLITE_ROW);
    CHECK_INT(add(s, &p, 0, 2), 0);
    CHECK_INT(store_keep(s, other, false, error, sizeof error), 0);
    store_close(s);
    sqlite3_finalize(reading);
    sqlite3_close(db);
    CHECK_TEXT(ask(other, "SELECT count(*) FROM trials"), "4");
    s = open_store(other, &p, true);
    check_all(s, &p, 4);
    store_close(s);
    plan_term(&p);
}

static void nothing_is_lost_before_the_first_trial(void)
{
    struct plan p;
    load(&p, SWEPT);
    const char *folder = recorded(&p, 2);
    struct store *s = open_store(folder, &p, false);
    CHECK_INT(store_dropped(s), 4);
    CHECK_INT(store_recorded(s), 0);
    store_close(s);
    CHECK_TEXT(ask(folder, "SELECT count(*) FROM trials"), "4");
    s = open_store(folder, &p, false);
    CHECK_INT(add(s, &p, 1, 1), 0);
    store_close(s);
    CHECK_TEXT(ask(folder, "SELECT count(*) FROM trials"), "1");
    CHECK_INT(entries(folder), 1);
    plan_term(&p);
}

static void an_empty_folder_stays_empty(void)
{
    struct plan p;
    load(&p, PLAIN);
    const char *folder = fresh_folder();
    for (int resume = 0; resume < 2; resume++) {
        struct store *s = open_store(folder, &p, resume);
        CHECK_INT(store_dropped(s), 0);
        check_all(s, &p, 0);
        CHECK_INT(store_keep(s, folder, false, error, sizeof error), 0);
        store_close(s);
        CHECK_INT(entries(folder), 0);
    }
    plan_term(&p);
}

static void others_are_told_apart(void)
{
    struct plan p;
    load(&p, SWEPT);
    const char *folder = recorded(&p, 2);
    CHECK_INT(resume_as(folder, SWEPT, "run.replications", "50"), STORE_OK);
    CHECK_INT(resume_as(folder, SWEPT, "title", "another title"), STORE_OK);
    CHECK_INT(resume_as(folder, SWEPT, "run.seed", "6"), STORE_OTHER);
    CHECK(says("run.seed is 5 there and 6 here"));
    CHECK(says("without --resume"));
    CHECK_INT(resume_as(folder, SWEPT, "service", "2 s"), STORE_OTHER);
    CHECK(says("service is 1 s (the default) there and 2 s here"));
    CHECK_INT(resume_as(folder, PLAIN, "title", "x"), STORE_OTHER);
    CHECK(says("load is 50 % (the default) there and 0.5 here"));
    CHECK_INT(resume_as(folder, HEAD "sweep: {load: [0.5, 3]}\n", "title", "x"), STORE_OTHER);
    CHECK(says("sweep.load.2 is 2 there and 3 here"));
    ask(folder, "UPDATE run SET value = replace(value, '" HERDSIM_VERSION "', '0.0.9')");
    CHECK_INT(resume_as(folder, SWEPT, "title", "x"), STORE_OTHER);
    CHECK(says("it comes from another build of herdsim (0.0.9, sources "));
    ask(folder, "UPDATE run SET value = replace(value, '0.0.9', '" HERDSIM_VERSION "')");
    CHECK_INT(resume_as(folder, SWEPT, "title", "x"), STORE_OK);
    ask(folder, "UPDATE run SET value = replace(value, ', sources ', ', sources 0')");
    CHECK_INT(resume_as(folder, SWEPT, "title", "x"), STORE_OTHER);
    CHECK(says("another build of herdsim (" HERDSIM_VERSION ", sources 0"));
    ask(folder, "UPDATE run SET value = '{' WHERE key = 'identity'");
    CHECK_INT(resume_as(folder, SWEPT, "title", "x"), STORE_OTHER);
    plan_term(&p);
}

static void a_reader_may_stop(void)
{
    struct plan p;
    load(&p, SWEPT);
    struct store *s = open_store(recorded(&p, 2), &p, true);
    struct names names = { 0 };
    struct trial_box *room = box_new();
    int until = 3;
    CHECK_INT(store_each(s, &room->trial, &names, read_on, &until, error, sizeof error), -1);
    CHECK_TEXT(error, "");
    CHECK_INT(until, 0);
    store_close(s);
    free(room);
    names_term(&names);
    plan_term(&p);
}

/* A name that SQLite would take for something else. */
static void any_folder_will_do(void)
{
    struct plan p;
    char before[512];
    load(&p, PLAIN);
    CHECK(getcwd(before, sizeof before) && !chdir(fresh_folder()));
    CHECK(!mkdir("file:x?mode=memory", 0777));
    struct store *s = open_store("file:x?mode=memory", &p, false);
    CHECK_INT(add(s, &p, 0, 0), 0);
    CHECK_INT(store_keep(s, ".", true, error, sizeof error), 0);
    store_close(s);
    CHECK_TEXT(ask("./file:x?mode=memory", "SELECT count(*) FROM trials"), "1");
    CHECK_TEXT(ask(".", "SELECT count(*) FROM trials"), "1");
    CHECK(!chdir(before));
    plan_term(&p);
    toy_clean();
}

SUITE("store", { "everything comes back", everything_comes_back }, { "people can ask it", people_can_ask_it },
      { "it is kept as one file", is_kept_as_one_file },
      { "it is copied while somebody reads it", is_copied_while_somebody_reads },
      { "nothing is lost before the first trial", nothing_is_lost_before_the_first_trial },
      { "an empty folder stays empty without trials", an_empty_folder_stays_empty },
      { "other scenarios, seeds and versions are told apart", others_are_told_apart },
      { "a reader may stop", a_reader_may_stop }, { "any folder will do", any_folder_will_do })
