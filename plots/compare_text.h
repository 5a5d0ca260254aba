/* compare_text.h - the numbers of comparisons and rankings as a person reads them. */
#ifndef PLOTS_COMPARE_TEXT_H
#define PLOTS_COMPARE_TEXT_H

#include <stddef.h>

/* "31.4 ms"; "-" where it is undefined. */
void compare_text_value(double value, const char *unit, char *text, size_t size);
/* The same with its sign: "+31.4 ms". */
void compare_text_difference(double value, const char *unit, char *text, size_t size);
/* A relative change: 0.0523 -> "+5.23 %", 12.5 -> "× 13.5", -0.95 -> "÷ 20", -2e-9 -> "> -0.01 %". */
void compare_text_change(double change, char *text, size_t size);
/* A number of replications, rounded up to two digits. */
void compare_text_needed(double needed, char *text, size_t size);
/* A name of the contracts as words: "out_of_memory" -> "out of memory"; "-" for NULL. */
void compare_text_words(const char *name, char *text, size_t size);

#endif
