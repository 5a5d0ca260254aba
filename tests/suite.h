/* suite.h - the frame of a CUnit suite: SUITE(name, { "a statement about the world", function }, ...)
 * gives the program its main. CU_basic_run_tests() returns 0 even when tests fail, so the exit status
 * comes from the count of failures. */
#ifndef TESTS_SUITE_H
#define TESTS_SUITE_H

#include <CUnit/Basic.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/kernel/check.h"

/* Checks that print both values. */
#define CHECK_NEAR(actual, expected, tolerance) \
    do { \
        double a_ = (double)(actual), e_ = (double)(expected), t_ = (double)(tolerance); \
        if (!(fabs(a_ - e_) <= t_)) \
            printf("\n%s:%d: %s is %.12g, expected %.12g +- %.3g", __FILE__, __LINE__, #actual, a_, e_, t_); \
        CU_ASSERT(fabs(a_ - e_) <= t_); \
    } while (0)
#define CHECK_INT(actual, expected) \
    do { \
        long long a_ = (long long)(actual), e_ = (long long)(expected); \
        if (a_ != e_) \
            printf("\n%s:%d: %s is %lld, expected %lld", __FILE__, __LINE__, #actual, a_, e_); \
        CU_ASSERT(a_ == e_); \
    } while (0)
#define CHECK_TEXT(actual, expected) \
    do { \
        const char *a_ = (actual), *e_ = (expected); \
        if (!a_ || strcmp(a_, e_)) \
            printf("\n%s:%d: %s is \"%s\", expected \"%s\"", __FILE__, __LINE__, #actual, \
                   a_ ? a_ : "(null)", e_); \
        CU_ASSERT(a_ && !strcmp(a_, e_)); \
    } while (0)
#define CHECK(condition) \
    do { \
        int c_ = !!(condition); \
        if (!c_) \
            printf("\n%s:%d: not true: %s", __FILE__, __LINE__, #condition); \
        CU_ASSERT(c_); \
    } while (0)

#define SUITE(name, ...) \
    int main(void) \
    { \
        CU_TestInfo tests[] = { __VA_ARGS__, CU_TEST_INFO_NULL }; \
        CU_SuiteInfo suites[] = { { .pName = name, .pTests = tests }, CU_SUITE_INFO_NULL }; \
        sim_install_gsl_handler(); \
        if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(suites) != CUE_SUCCESS) \
            return 2; \
        CU_basic_set_mode(CU_BRM_VERBOSE); \
        CU_basic_run_tests(); \
        unsigned failures = CU_get_number_of_failures(); \
        CU_cleanup_registry(); \
        return failures ? 1 : 0; \
    }

#endif
