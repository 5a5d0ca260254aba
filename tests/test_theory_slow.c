/* floor: models label: slow */
/* The rows of tests/theory.csv with ten times the samples. */
#define THEORY_SCALE 10
#include "tests/test_theory.c"
