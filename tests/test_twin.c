/* floor: models */
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "models/live/process.h"
#include "models/live/twin/twin.h"
#include "tests/suite.h"

#define LIMIT 20.0 /* seconds: the machine may be busy */

static const char *const models[] = { "iterative",  "thread_per_connection", "thread_pool",
                                      "event_loop", "event_loop_pool",       "multi_loop" };
#define MODELS (sizeof models / sizeof *models)

struct server {
    struct process process;
    unsigned port;
};

static bool start(struct server *s, const char *model, const char *more)
{
    struct process_words w = { 0 };
    const char *const words[] = { "steps=cwb", "request=64", "reply=100", "workers=2", "offload=1", more };
    char error[256] = "";
    snprintf(w.text[0], sizeof w.text[0], "model=%s", model);
    for (size_t i = 0; i < 6; i++)
        snprintf(w.text[i + 1], sizeof w.text[0], "%s", words[i]);
    w.argv[0] = "herdsim-twin";
    for (size_t i = 0; i < 7; i++)
        w.argv[i + 1] = w.text[i];
    process_program(BUILD_DIR "/herdsim-twin");
    bool good = !process_start(&s->process, &w, error, sizeof error) &&
                process_await(&s->process, LIMIT, NULL) == 1 && !strncmp(s->process.line, "base", 4);
    if (good)
        process_tell(&s->process, "g");
    return good && process_await(&s->process, LIMIT, NULL) == 1 &&
           sscanf(s->process.line, "ready %u", &s->port) == 1;
}

static int connect_to(const struct server *s)
{
    const struct sockaddr_in there = { .sin_family = AF_INET,
                                       .sin_port = htons((uint16_t)s->port),
                                       .sin_addr = { htonl(INADDR_LOOPBACK) } };
    const struct timeval limit = { .tv_sec = (time_t)LIMIT };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return connect(fd, (const struct sockaddr *)&there, sizeof there) ? -1 : fd;
}

static void ask(int fd, int64_t cpu, int64_t wait, int64_t block)
{
    char request[64] = { 0 };
    const int64_t demand[] = { cpu, wait, block };
    memcpy(request, demand, sizeof demand);
    CHECK_INT(send(fd, request, sizeof request, MSG_NOSIGNAL), sizeof request);
}

static void is_answered(int fd)
{
    char reply[100];
    CHECK_INT(recv(fd, reply, sizeof reply, MSG_WAITALL), sizeof reply);
}

static bool snap(struct server *s, struct twin_snap *to)
{
    process_tell(&s->process, "s");
    return process_await(&s->process, LIMIT, NULL) == 1 && process_read_snap(s->process.line, to);
}

static void every_model_serves(const char *model, const char *more)
{
    struct server s;
    struct twin_snap before, after;
    CHECK(start(&s, model, more));
    int fd = connect_to(&s);
    CHECK(fd >= 0);
    ask(fd, 0, 0, 0);
    is_answered(fd);
    CHECK(snap(&s, &before));
    CHECK_INT(before.connections, 1);
    int64_t from = twin_now();
    ask(fd, 2000000, 30000000, 20000000);
    is_answered(fd);
    CHECK(twin_now() - from >= 50000000); /* it waited */
    CHECK(snap(&s, &after));
    CHECK(after.cpu - before.cpu > 1000000); /* and worked */
    close(fd);
    process_end(&s.process);
}

static void all_models_work_wait_and_reply(void)
{
    for (size_t i = 0; i < MODELS; i++)
        every_model_serves(models[i], "batch=16");
    every_model_serves("multi_loop", "shared_listener=1");
}

static void requests_on_a_connection_are_answered_in_turn(void)
{
    for (size_t i = 0; i < MODELS; i++) {
        struct server s;
        CHECK(start(&s, models[i], "batch=16"));
        int fd = connect_to(&s);
        for (int k = 0; k < 20; k++)
            ask(fd, 1000, 1000000, 0);
        for (int k = 0; k < 20; k++)
            is_answered(fd);
        close(fd);
        process_end(&s.process);
    }
}

/* 40 waits of 50 ms each at once: one after the other they would take 2 s. */
static void waits_overlap_but_for_the_iterative_server(void)
{
    static const struct {
        const char *model;
        bool overlap;
    } rows[] = { { "event_loop", true }, { "thread_per_connection", true }, { "iterative", false } };
    for (size_t i = 0; i < 3; i++) {
        struct server s;
        int fd[40];
        CHECK(start(&s, rows[i].model, "batch=16"));
        for (int k = 0; k < 40; k++)
            fd[k] = connect_to(&s);
        int64_t from = twin_now();
        for (int k = 0; k < 40; k++)
            ask(fd[k], 0, 50000000, 0);
        for (int k = 0; k < 40; k++)
            is_answered(fd[k]);
        if (!rows[i].overlap)
            CHECK(twin_now() - from >= 40 * 50000000ll);
        else
            CHECK(twin_now() - from < 40 * 50000000ll);
        for (int k = 0; k < 40; k++)
            close(fd[k]);
        process_end(&s.process);
    }
}

static void connections_that_close_are_forgotten(void)
{
    for (size_t i = 0; i < MODELS; i++) {
        struct server s;
        struct twin_snap now = { .connections = 1 };
        CHECK(start(&s, models[i], "batch=16"));
        int fd = connect_to(&s);
        ask(fd, 0, 0, 0);
        is_answered(fd);
        close(fd);
        int64_t until = twin_now() + (int64_t)(LIMIT * 1e9);
        while (snap(&s, &now) && now.connections && twin_now() < until)
            usleep(1000);
        CHECK_INT(now.connections, 0);
        process_end(&s.process);
    }
}

static void it_ends_with_its_input(void)
{
    struct server s;
    CHECK(start(&s, "event_loop", "batch=16"));
    pid_t pid = s.process.pid;
    close(s.process.to);
    s.process.to = -1;
    CHECK_INT(process_await(&s.process, LIMIT, NULL), -1);
    process_end(&s.process);
    CHECK(kill(pid, 0) && errno == ESRCH);
}

static void nonsense_is_refused(void)
{
    static const char *const wrong[] = { "batch=x",    "steps=cq",  "workers=0",
                                         "nonsense=1", "request=8", "reply=0" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct server s;
        CHECK(!start(&s, "event_loop", wrong[i]));
        process_end(&s.process);
    }
    struct server s;
    CHECK(!start(&s, "no_such_model", "batch=16"));
    process_end(&s.process);
}

SUITE("twin", { "every model works, waits, blocks and replies", all_models_work_wait_and_reply },
      { "requests on one connection are answered in turn", requests_on_a_connection_are_answered_in_turn },
      { "waits overlap, but for the iterative server", waits_overlap_but_for_the_iterative_server },
      { "connections that close are forgotten", connections_that_close_are_forgotten },
      { "the server ends with its input", it_ends_with_its_input },
      { "arguments without sense are refused", nonsense_is_refused })
