/* floor: models label: slow */
/* The conformance suite with many more random worlds. */
#define WORLDS 3000u
#include "tests/test_conformance.c"
