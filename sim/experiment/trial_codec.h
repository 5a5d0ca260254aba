/* trial_codec.h - a finished trial as bytes, to be kept in a file, sent to another machine, or put aside.
 *
 * What comes back leads to the same results to the last bit. Two things are not carried: values of a
 * histogram come back poured into its buckets (its spectrum is the same), and of spans that are too many
 * only their number is. */
#ifndef SIM_EXPERIMENT_TRIAL_CODEC_H
#define SIM_EXPERIMENT_TRIAL_CODEC_H

#include "sim/experiment/bytes.h"
#include "sim/experiment/study.h"
#include "sim/kernel/arena.h"

/* Texts that trials point to (names of limits, lanes, activities), each kept once. Zeroed it is empty. */
struct names {
    struct arena arena;
    const char **name;
    size_t n, room;
};
/* The name equal to text, kept until names_term; NULL without memory. */
const char *names_intern(struct names *s, const char *text);
void names_term(struct names *s);

/* Appends t, a trial without error, to out; `batches` is its run.batches. Series, spans and transient
 * travel as they are: set their number to 0 where they are not wanted. Returns 0, or -1 without memory. */
int trial_encode(const struct study *s, const struct trial *t, uint64_t batches, struct bytes *out);

/* Reads what trial_encode wrote into t, whose buffers the caller owns (t->batch for `batches`, t->span or
 * NULL to leave spans out). Everything in t is set. Returns 0, or -1 when the n bytes are not a trial of this
 * study with so many batches, or without memory; t is then worthless, and its buffers may be used again. */
int trial_decode(const struct study *s, const void *bytes, size_t n, uint64_t batches, struct names *names,
                 struct trial *t);

#endif
