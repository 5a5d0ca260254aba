/* floor: models label: slow */
/* The rows of tests/theory.csv with ten times the samples: the other cases (test_theory_slow.c). */
#define THEORY_SCALE 10
#define THEORY_PARTS 2
#define THEORY_PART  1
#include "tests/test_theory.c"
