/* floor: models label: slow */
/* The rows of tests/theory.csv with ten times the samples: every other case. */
#define THEORY_SCALE 10
#define THEORY_PARTS 2
#define THEORY_PART  0
#include "tests/test_theory.c"
