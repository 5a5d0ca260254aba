/* table_notes.h - what stands around the table: how often, how precise, which limits. */
#ifndef PLOTS_TABLE_NOTES_H
#define PLOTS_TABLE_NOTES_H

#include <stdio.h>

#include "plots/frame.h"

/* "5 replications", "5 to 60 replications, until p99 latency is within 2 %", "1 replication in 30 batches":
 * what an interval of the table rests on. "" where there is none. */
void table_basis(const struct frame *f, const struct outcome *o, char *text, size_t size);
/* Below the table: points that did not reach the precision that was asked for, and how far they are. */
void table_note_precision(const struct frame *f, const struct outcome *o, FILE *to);
/* The warm-ups that `warmup: auto` found, and the points that had not settled. */
void table_note_warmup(const struct frame *f, const struct outcome *o, FILE *to);
/* Headline metrics whose batches are not independent. */
void table_note_batches(const struct frame *f, const struct outcome *o, FILE *to);
/* "refusing: threads at 12.3 s, 32,751 connections" */
void table_limit(const struct frame_point *p, char *text, size_t size);
/* The limits of all points that hit one. */
void table_note_limits(const struct frame *f, FILE *to);

#endif
