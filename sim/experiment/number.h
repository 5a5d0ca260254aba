/* number.h - a double as text that reads back to the same bits, as short as that allows. */
#ifndef SIM_EXPERIMENT_NUMBER_H
#define SIM_EXPERIMENT_NUMBER_H

#define NUMBER_SIZE 32

/* value must be finite. Returns text. The numeric locale must be C's. */
const char *number_text(double value, char text[NUMBER_SIZE]);

#endif
