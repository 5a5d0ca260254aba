/* figures.h - the figures themselves: what each shows. How it looks is style.h, chart.h, dots.h. */
#ifndef PLOTS_FIGURES_H
#define PLOTS_FIGURES_H

#include "plots/frame.h"
#include "sim/experiment/sheet.h"

/* What a figure is made from, and where it goes. */
struct drawing {
    const struct frame *frame;
    const char *folder; /* for scripts and data */
    char *error;
    size_t size;
};

enum { FIGURE_FAILED = -1, FIGURE_SKIPPED = 0, FIGURE_DRAWN = 1 };

/* Each writes NAME.gp and NAME.dat, or skips itself where the results have nothing to show. */
int figure_memory(const struct drawing *d);
int figure_why(const struct drawing *d);
int figure_cpu(const struct drawing *d);
int figure_latency(const struct drawing *d);
int figure_spectrum(const struct drawing *d);
int figure_throughput(const struct drawing *d);
int figure_time(const struct drawing *d);
int figure_timeline(const struct drawing *d);
int figure_warmup(const struct drawing *d);
int figure_tornado(const struct drawing *d);

/* Opens a CSV file of a source. FIGURE_DRAWN: it is open; FIGURE_SKIPPED: the source has none. */
int figure_open_sheet(const struct drawing *d, const struct frame_source *source, const char *name,
                      struct sheet *t);
/* What became of the reports without a reply, as the points say, after "reports": "were unanswered at the end
 * of the run". */
const char *figure_without_reply(const struct frame *f);
/* The title every figure of these results bears. */
const char *figure_title(const struct frame *f);
/* ", at collars = 10,000", with what is held; "" without a sweep. */
void figure_at(const struct frame *f, const struct frame_point *p, char *text, size_t size);
/* The same for all that the frame shows: the largest value along x. */
void figure_at_largest(const struct frame *f, char *text, size_t size);
/* What to call the key of a point's k-th parameter beside the others, as the tables do. */
void figure_key(const struct frame_point *p, size_t k, char *text, size_t size);
/* "collars (fleets.amboseli.collars)": the label of the x axis. */
void figure_x_label(const struct frame *f, const char *unit, char *text, size_t size);
/* 31415 -> "31,415"; other numbers as unit_print has them. */
void figure_number(double value, const char *unit, char *text, size_t size);
/* The value of a swept key: counts with their thousands separated. */
void figure_parameter(const struct frame_parameter *p, char *text, size_t size);
/* The same with three significant digits: "9.97 MiB". */
void figure_short(double value, const char *unit, char *text, size_t size);

#endif
