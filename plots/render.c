/* render.c - gnuplot as a child process: no shell, no start-up file, a time limit.
 *
 * The child leads a process group of its own, so that what it may have started (gnuplot can be a wrapper)
 * ends with it, and a Ctrl-C at the terminal reaches only us, who then end it and clean up. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "plots/plots.h"

#define LIMIT_MS  60000 /* for one figure */
#define GLANCE_MS 100   /* between looks at the stop flag */
#define NOT_FOUND 127   /* exit status of a child that could not become gnuplot */

/* What gnuplot says, as far as it fits. */
struct talk {
    char text[2048];
    size_t n;
};

static long now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000L + t.tv_nsec / 1000000L;
}

/* In the child: everything it says goes to `out`; nothing returns. */
static void become_gnuplot(const char *folder, const char *script, int out)
{
    int null = open("/dev/null", O_RDONLY);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a second Ctrl-C kills us without a chance to clean up */
    if (chdir(folder) != 0 || null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
        dup2(out, STDERR_FILENO) < 0)
        _exit(NOT_FOUND - 1);
    execlp("gnuplot", "gnuplot", "-d", script, (char *)NULL);
    _exit(errno == ENOENT || errno == EACCES ? NOT_FOUND : NOT_FOUND - 1);
}

enum outcome_of_run { RAN, FAILED, MISSING, LATE, STOPPED };

static bool is_stopped(const struct rendering *r) { return r->stop && atomic_load(r->stop); }

static long limit_ms(const struct rendering *r) { return r->limit_ms ? (long)r->limit_ms : LIMIT_MS; }

/* Reads until the other end is closed (RAN), time is up (LATE) or the user wants to stop (STOPPED). */
static enum outcome_of_run listen_to(int from, const struct rendering *r, struct talk *talk)
{
    long end = now_ms() + limit_ms(r);
    for (;;) {
        char bytes[512];
        struct pollfd p = { .fd = from, .events = POLLIN };
        long left = end - now_ms();
        if (is_stopped(r))
            return STOPPED;
        if (left <= 0)
            return LATE;
        if (poll(&p, 1, (int)(left < GLANCE_MS ? left : GLANCE_MS)) <= 0)
            continue;
        ssize_t got = read(from, bytes, sizeof bytes);
        if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN))
            return RAN;
        for (ssize_t i = 0; i < got && talk->n + 1 < sizeof talk->text; i++)
            talk->text[talk->n++] = bytes[i];
    }
}

/* The line that says what is wrong: gnuplot draws the line of the script and an arrow above it. */
static const char *message(struct talk *talk)
{
    talk->text[talk->n] = '\0';
    char *found = NULL, *rest = talk->text, *line;
    while ((line = strsep(&rest, "\n")) != NULL)
        if (strspn(line, " \t^") != strlen(line) && (!found || strstr(line, "line ")))
            found = line;
    return found ? found + strspn(found, " \t") : "it said nothing";
}

/* A picture that gnuplot began and did not finish is no picture. */
static void remove_picture(const char *folder, const char *script, time_t since)
{
    static const char *const endings[] = { "svg", "png", "pdf" };
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        char path[4400];
        struct stat s;
        int n = snprintf(path, sizeof path, "%s/%.*s%s", folder, (int)strlen(script) - 2, script, endings[i]);
        if (n > 0 && (size_t)n < sizeof path && stat(path, &s) == 0 && s.st_mtime >= since)
            unlink(path);
    }
}

static enum outcome_of_run judge(int status, const char *script, struct talk *talk, char *error, size_t size)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return RAN;
    else if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND)
        return MISSING;
    else if (WIFSIGNALED(status))
        snprintf(error, size, "%s: gnuplot was ended by signal %d", script, WTERMSIG(status));
    else
        snprintf(error, size, "%s: gnuplot failed: %s", script, message(talk));
    return FAILED;
}

/* Hears a child out and takes its exit status; one that is late or no longer wanted is killed. */
static enum outcome_of_run attend(pid_t child, int from, const struct rendering *r, struct talk *talk,
                                  int *status)
{
    enum outcome_of_run ran = listen_to(from, r, talk);
    if (ran != RAN)
        kill(-child, SIGKILL);
    while (waitpid(child, status, 0) < 0 && errno == EINTR)
        ;
    return ran;
}

static enum outcome_of_run run_gnuplot(const struct rendering *r, const char *folder, const char *script,
                                       char *error, size_t size)
{
    int ends[2], status = 0;
    struct talk talk = { .n = 0 };
    time_t since = time(NULL);
    if (pipe2(ends, O_CLOEXEC) != 0) {
        snprintf(error, size, "gnuplot cannot be started: %s", strerror(errno));
        return FAILED;
    }
    pid_t child = fork();
    if (child < 0) {
        snprintf(error, size, "gnuplot cannot be started: %s", strerror(errno));
        close(ends[0]);
        close(ends[1]);
        return FAILED;
    }
    if (child == 0)
        become_gnuplot(folder, script, ends[1]);
    setpgid(child, child); /* here too: whoever comes first; after its exec the child has done it */
    close(ends[1]);
    enum outcome_of_run ran = attend(child, ends[0], r, &talk, &status);
    close(ends[0]);
    if (ran == LATE)
        snprintf(error, size, "%s: gnuplot did not finish within %g s", script, (double)limit_ms(r) / 1000);
    else if (ran == RAN)
        ran = judge(status, script, &talk, error, size);
    if (ran != RAN && ran != MISSING)
        remove_picture(folder, script, since);
    return ran;
}

static int is_script(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);
    return n > 3 && entry->d_name[0] != '.' && !strcmp(entry->d_name + n - 3, ".gp");
}

/* Why there will be no further pictures, of which `left` were to come. */
static void note_the_rest(const struct rendering *r, enum outcome_of_run ran, int left)
{
    if (r->quiet)
        return;
    const char *name = r->name ? r->name : r->folder;
    if (ran == MISSING)
        fprintf(stderr,
                "note: gnuplot is not installed, so there are no pictures; the scripts are in %s%s\n"
                "note: once it is (Debian, Ubuntu: apt install gnuplot-nox), '%s%s' draws them\n",
                name, r->bare ? "" : "/plots", r->again ? r->again : "herdsim plot ", r->again ? "" : name);
    else if (ran == LATE && left > 0)
        fprintf(stderr, "note: gnuplot took too long, so %d more figure%s left out\n", left,
                left == 1 ? " is" : "s are");
}

/* Renders in order; the first failure is the one that is told. */
static int render_all(const struct rendering *r, const char *plots, struct dirent **script, int n,
                      char *error, size_t size)
{
    char again[512], *to = error;
    size_t room = size;
    int status = RENDER_DONE;
    for (int i = 0; i < n; i++) {
        enum outcome_of_run ran =
            is_stopped(r) ? STOPPED : run_gnuplot(r, plots, script[i]->d_name, to, room);
        if (ran == STOPPED)
            return RENDER_STOPPED;
        if (ran == FAILED || ran == LATE) {
            status = RENDER_FAILED;
            to = again;
            room = sizeof again;
        }
        if (ran == MISSING || ran == LATE) {
            note_the_rest(r, ran, n - i - 1);
            return status;
        }
    }
    return status;
}

int plots_render(const struct rendering *r, char *error, size_t size)
{
    char plots[4096];
    struct dirent **script = NULL;
    if (snprintf(plots, sizeof plots, "%s%s", r->folder, r->bare ? "" : "/plots") >= (int)sizeof plots) {
        snprintf(error, size, "%s: the path is too long", r->folder);
        return RENDER_FAILED;
    }
    int n = scandir(plots, &script, is_script, alphasort);
    if (n < 0) {
        snprintf(error, size, "%s: cannot be read: %s", plots, strerror(errno));
        return RENDER_FAILED;
    }
    int status = render_all(r, plots, script, n, error, size);
    for (int i = 0; i < n; i++)
        free(script[i]);
    free(script);
    return status;
}
