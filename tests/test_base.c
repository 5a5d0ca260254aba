/* floor: kernel */
#include <gsl/gsl_errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/kernel/arena.h"
#include "sim/kernel/evq.h"
#include "sim/kernel/simtime.h"
#include "tests/suite.h"

static void pieces_are_zeroed_aligned_and_apart(void)
{
    struct arena a = { 0 };
    enum { PIECES = 2000 };
    static unsigned char *piece[PIECES];
    for (size_t i = 0; i < PIECES; i++) {
        piece[i] = arena_take(&a, i % 50, 1 + i % 7);
        CHECK(piece[i] != NULL && (uintptr_t)piece[i] % _Alignof(max_align_t) == 0);
        for (size_t k = 0; piece[i] && k < (i % 50) * (1 + i % 7); k++) {
            CU_ASSERT(piece[i][k] == 0);
            piece[i][k] = (unsigned char)i;
        }
    }
    for (size_t i = 0; i < PIECES; i++)
        for (size_t k = 0; piece[i] && k < (i % 50) * (1 + i % 7); k++)
            CU_ASSERT(piece[i][k] == (unsigned char)i);
    CHECK(a.bytes >= 100000);
    arena_term(&a);
    CHECK(a.bytes == 0 && a.last == NULL);
}

static void a_piece_may_be_large(void)
{
    struct arena a = { 0 };
    double *x = ARENA_ARRAY(&a, double, 1000000);
    int *y = ARENA_NEW(&a, int);
    CHECK(x && y && x[999999] == 0 && *y == 0);
    arena_term(&a);
}

static void impossible_sizes_are_refused(void)
{
    struct arena a = { 0 };
    CHECK(arena_take(&a, SIZE_MAX, 2) == NULL);
    CHECK(arena_take(&a, SIZE_MAX / 8, 8) == NULL);
    CHECK(arena_take(&a, SIZE_MAX - 3, 1) == NULL);
    CHECK(arena_take(&a, 0, 8) != NULL);
    arena_term(&a);
}

static void texts_are_copied_and_printed(void)
{
    struct arena a = { 0 };
    char text[] = "amboseli";
    char *copy = arena_text(&a, text), *line = arena_printf(&a, "%s has %d collars", text, 500);
    text[0] = 'x';
    CHECK_TEXT(copy, "amboseli");
    CHECK_TEXT(line, "amboseli has 500 collars");
    CHECK_TEXT(arena_text(&a, ""), "");
    arena_term(&a);
}

static void seconds_become_nanoseconds(void)
{
    CHECK_INT(simtime_from_s(1.5), 1500000000);
    CHECK_INT(simtime_from_s(0.3e-9), 0);
    CHECK_INT(simtime_from_s(0.7e-9), 1);
    CHECK_INT(simtime_from_s(-1.5), -1500000000);
    CHECK_INT(simtime_from_s(0.1 + 0.2), 300000000);
    CHECK_INT(simtime_from_s(1e300), SIMTIME_MAX);
    CHECK_INT(simtime_from_s(INFINITY), SIMTIME_MAX);
    CHECK_INT(simtime_from_s(-INFINITY), -SIMTIME_MAX);
    CHECK_NEAR(simtime_to_s(1500000000), 1.5, 0);
    CHECK_INT(simtime_after(5, 6), 11);
    CHECK_INT(simtime_after(SIMTIME_MAX - 1, 1), SIMTIME_MAX);
    CHECK_INT(simtime_after(SIMTIME_MAX, SIMTIME_MAX), SIMTIME_MAX);
}

/* What a child that runs f prints on standard error before it aborts; empty if it does not abort. */
static const char *last_words(void (*f)(void))
{
    static char words[1024];
    int ends[2];
    words[0] = '\0';
    if (pipe(ends))
        return words;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        f();
        _exit(0);
    }
    close(ends[1]);
    size_t length = 0;
    for (ssize_t got; length < sizeof words - 1; length += (size_t)got)
        if ((got = read(ends[0], words + length, sizeof words - 1 - length)) <= 0)
            break;
    words[length] = '\0';
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT)
        words[0] = '\0';
    return words;
}

static void fail_an_assertion(void)
{
    sim_place = (struct sim_place){ "c10k", 3, 1500000000, event_pack(5, 6, 7) };
    SIM_ASSERT(1 + 1 == 3);
}

static void fail_in_gsl(void)
{
    sim_place = (struct sim_place){ "c10k", 4, 0, 0 };
    GSL_ERROR_VOID("no such moment", GSL_EDOM);
}

static void a_failed_assertion_says_when_and_who(void)
{
    const char *words = last_words(fail_an_assertion);
    CHECK(strstr(words, "1 + 1 == 3") != NULL);
    CHECK(strstr(words, "test_base.c") != NULL);
    CHECK(strstr(words, "scenario c10k, replication 3, simulated time 1.500000000 s") != NULL);
    CHECK(strstr(words, "event kind 5 of entity 7") != NULL);
}

static void an_error_of_gsl_says_when_and_who(void)
{
    const char *words = last_words(fail_in_gsl);
    CHECK(strstr(words, "no such moment") != NULL);
    CHECK(strstr(words, "scenario c10k, replication 4") != NULL);
}

SUITE("kernel base",
      { "pieces of an arena are zeroed, aligned and apart", pieces_are_zeroed_aligned_and_apart },
      { "a piece may be larger than a block", a_piece_may_be_large },
      { "impossible sizes are refused", impossible_sizes_are_refused },
      { "texts are copied and printed", texts_are_copied_and_printed },
      { "seconds become whole nanoseconds and saturate", seconds_become_nanoseconds },
      { "a failed assertion says when and who", a_failed_assertion_says_when_and_who },
      { "an error inside GSL says when and who", an_error_of_gsl_says_when_and_who })
