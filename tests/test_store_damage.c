/* floor: experiment - records that are damaged, foreign, cut short by a kill or by a full disk. */
#include "tests/suite.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "tests/store_box.h"

static void write_over(const char *folder, off_t at, const void *bytes, size_t n)
{
    int fd = open(file_in(folder, STORE_FILE), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    CHECK(fd >= 0 && pwrite(fd, bytes, n, at) == (ssize_t)n && !close(fd));
}

static void foreign_files_are_refused(void)
{
    const char *folder = fresh_folder();
    write_over(folder, 0, "these are no trials at all, but something else", 46);
    CHECK_INT(resume_as(folder, PLAIN, "title", "x"), STORE_FAILED);
    CHECK(says("file is not a database"));
    CHECK(says("without --resume"));
    folder = fresh_folder();
    write_over(folder, 0, "", 0); /* as sqlite3 leaves it that asked too early */
    CHECK_INT(resume_as(folder, PLAIN, "title", "x"), STORE_OK);
    CHECK_INT(resume_as("/nowhere/at/all", PLAIN, "title", "x"), STORE_FAILED);
    CHECK(says("No such file or directory"));
}

/* Reads all of it; -1 also where it cannot even be opened. */
static int try_reading(const char *folder, const struct plan *p)
{
    struct store *s;
    struct names names = { 0 };
    int never = 1 << 30;
    if (store_open(&s, folder, p, true, error, sizeof error))
        return -1;
    struct trial_box *room = box_new();
    int status = store_each(s, &room->trial, &names, read_on, &never, error, sizeof error);
    store_close(s);
    names_term(&names);
    free(room);
    return status;
}

static void damage_is_told(void)
{
    struct plan p;
    load(&p, SWEPT);
    const char *folder = recorded(&p, 2);
    ask(folder, "UPDATE detail SET bytes = substr(bytes, 1, 90) WHERE point = 1 AND replication = 1");
    CHECK_INT(try_reading(folder, &p), -1);
    CHECK(says("point 1, replication 1 cannot be read"));
    ask(folder, "UPDATE detail SET bytes = x'' WHERE point = 1 AND replication = 1");
    CHECK_INT(try_reading(folder, &p), -1);
    ask(folder, "DELETE FROM detail");
    CHECK_INT(try_reading(folder, &p), 0);
    plan_term(&p);
}

/* Pages of nonsense in its middle, and its end cut off: refused with a sentence, or read. */
static void damaged_files_do_no_harm(void)
{
    struct plan p;
    struct stat st;
    load(&p, SWEPT);
    const char *folder = recorded(&p, 2);
    CHECK(!stat(file_in(folder, STORE_FILE), &st));
    char nonsense[4096];
    memset(nonsense, 0xa5, sizeof nonsense);
    for (off_t at = (st.st_size - 1) / 4096 * 4096; at >= 0; at -= 4096) {
        *error = '\0';
        write_over(folder, at, nonsense, sizeof nonsense);
        if (try_reading(folder, &p))
            CHECK(strlen(error) > 20);
    }
    folder = recorded(&p, 2);
    int refused = 0;
    for (off_t size = st.st_size - 1000; size > 0; size -= 3000) {
        CHECK(!truncate(file_in(folder, STORE_FILE), size));
        refused += !!try_reading(folder, &p);
    }
    CHECK(refused > 3);
    plan_term(&p);
}

/* A child that records until it is killed, by itself, at some trial; what it synced is there. */
static void what_was_committed_survives_a_kill(void)
{
    struct plan p;
    load(&p, SWEPT);
    const char *folder = fresh_folder();
    pid_t child = fork();
    if (!child) {
        struct store *s = open_store(folder, &p, false);
        for (uint32_t i = 0; i < 5; i++)
            add(s, &p, 0, i);
        store_sync(s, error, sizeof error);
        add(s, &p, 1, 0);
        raise(SIGKILL);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
    CHECK(entries(folder) > 1); /* its log */
    struct store *s = open_store(folder, &p, true);
    CHECK(store_recorded(s) >= 5);
    check_all(s, &p, store_recorded(s));
    store_close(s);
    CHECK_TEXT(ask(folder, "PRAGMA integrity_check"), "ok");
    plan_term(&p);
}

/* A limit on the size of files stands for the full disk. */
static void a_full_disk_is_told(void)
{
    struct plan p;
    struct rlimit before, tight = { 120000, 0 };
    load(&p, SWEPT);
    const char *folder = fresh_folder();
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    tight.rlim_max = before.rlim_max;
    struct store *s = open_store(folder, &p, false);
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &tight), 0);
    int status = 0;
    uint32_t done = 0;
    while (!status && done < 1000) {
        status = add(s, &p, 0, done);
        status = status ? status : store_sync(s, error, sizeof error);
        done += !status;
    }
    CHECK_INT(status, -1);
    CHECK(says("cannot record trials in"));
    CHECK(says("disk"));
    store_close(s);
    setrlimit(RLIMIT_FSIZE, &before);
    CHECK(done > 3);
    s = open_store(folder, &p, true);
    CHECK(store_recorded(s) >= done);
    check_all(s, &p, store_recorded(s));
    store_close(s);
    plan_term(&p);
}

static void no_room_for_a_record_at_all(void)
{
    struct plan p;
    struct rlimit before, tight = { 5000, 0 };
    load(&p, SWEPT);
    const char *folder = fresh_folder();
    getrlimit(RLIMIT_FSIZE, &before);
    tight.rlim_max = before.rlim_max;
    struct store *s = open_store(folder, &p, false);
    setrlimit(RLIMIT_FSIZE, &tight);
    CHECK_INT(add(s, &p, 0, 0), -1);
    setrlimit(RLIMIT_FSIZE, &before);
    store_close(s);
    CHECK_INT(entries(folder), 0);
    plan_term(&p);
    toy_clean();
}

SUITE("damaged store", { "foreign files are refused", foreign_files_are_refused },
      { "damaged trials are told", damage_is_told }, { "damaged files do no harm", damaged_files_do_no_harm },
      { "what was committed survives a kill", what_was_committed_survives_a_kill },
      { "a full disk is told, and what was committed stays", a_full_disk_is_told },
      { "no room for a record at all", no_room_for_a_record_at_all })
