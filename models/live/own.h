/* own.h - the keys that a server model has for itself, found by their name in the model's rows. */
#ifndef MODELS_LIVE_OWN_H
#define MODELS_LIVE_OWN_H

#include "models/conf.h"

/* The value of a key ("poll", "offload.block") and its row; NULL where the model has no such key. */
const void *own_value(const struct server_conf *s, const char *key, const struct field **row);
/* A BOOL that the model has, and that is true. */
bool own_is_true(const struct server_conf *s, const char *key);
/* An ENUM that the model has, and that is another word. */
bool own_word_is_not(const struct server_conf *s, const char *key, const char *word);
/* A TIME that the model has, and that is not `none`. */
bool own_time_is_given(const struct server_conf *s, const char *key);

#endif
