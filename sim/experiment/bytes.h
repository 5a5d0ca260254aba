/* bytes.h - numbers and texts as bytes that mean the same on every machine: whole numbers in seven-bit
 * groups, the lowest first (LEB128), reals as the 64 bits of IEEE 754, little-endian.
 *
 * Writing and reading remember the first failure, so that it is asked for once, at the end. */
#ifndef SIM_EXPERIMENT_BYTES_H
#define SIM_EXPERIMENT_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A buffer that grows; zeroed it is empty. Set n to 0 to use it again. */
struct bytes {
    unsigned char *at;
    size_t n, room;
    bool failed; /* no memory: what was added since is missing */
};

/* FNV-1a, 64 bits (Fowler, Noll, Vo): a short name for bytes, which tells damage and no forgery. */
uint64_t bytes_hash(const void *from, size_t n);

void bytes_term(struct bytes *b);
void bytes_add(struct bytes *b, const void *from, size_t n);
void bytes_add_count(struct bytes *b, uint64_t number);
void bytes_add_real(struct bytes *b, double x);
/* n reals, of which those that are NAN take one bit only. */
void bytes_add_reals(struct bytes *b, const double *x, size_t n);
/* A length and the characters. */
void bytes_add_text(struct bytes *b, const char *text);

/* What is left to be read. */
struct bytes_reader {
    const unsigned char *at, *end;
    bool failed; /* it ended too early or was not what was asked for; all further reads give zeros */
};

void bytes_read(struct bytes_reader *r, const void *from, size_t n);
/* The next n bytes, or NULL. */
const void *bytes_take(struct bytes_reader *r, size_t n);
uint64_t bytes_take_count(struct bytes_reader *r);
/* The same; above `most` it is a failure, and 0. */
uint64_t bytes_take_count_to(struct bytes_reader *r, uint64_t most);
double bytes_take_real(struct bytes_reader *r);
/* n reals; x NULL: they are left out. */
void bytes_take_reals(struct bytes_reader *r, double *x, size_t n);
/* A text of fewer than `size` bytes without zeros among them; "" after a failure. */
void bytes_take_text(struct bytes_reader *r, char *text, size_t size);

#endif
