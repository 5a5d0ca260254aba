#include "sim/experiment/bytes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define REAL_BYTES 8u

uint64_t bytes_hash(const void *from, size_t n)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (const unsigned char *c = from; n; n--)
        hash = (hash ^ *c++) * 0x100000001b3u;
    return hash;
}

void bytes_term(struct bytes *b)
{
    free(b->at);
    *b = (struct bytes){ 0 };
}

static bool has_room(struct bytes *b, size_t n)
{
    size_t room = b->room ? b->room : 256;
    while (room - b->n < n && room <= SIZE_MAX / 2)
        room *= 2;
    if (room == b->room)
        return true;
    unsigned char *larger = room - b->n < n ? NULL : realloc(b->at, room);
    if (!larger)
        return false;
    b->at = larger;
    b->room = room;
    return true;
}

void bytes_add(struct bytes *b, const void *from, size_t n)
{
    if (b->failed || !n)
        return;
    b->failed = !has_room(b, n);
    if (b->failed)
        return;
    memcpy(b->at + b->n, from, n);
    b->n += n;
}

void bytes_add_count(struct bytes *b, uint64_t number)
{
    unsigned char group[10];
    size_t n = 0;
    for (; number >= 0x80; number >>= 7)
        group[n++] = (unsigned char)(number | 0x80);
    group[n++] = (unsigned char)number;
    bytes_add(b, group, n);
}

void bytes_add_real(struct bytes *b, double x)
{
    unsigned char byte[REAL_BYTES];
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    for (size_t i = 0; i < REAL_BYTES; i++)
        byte[i] = (unsigned char)(bits >> 8 * i);
    bytes_add(b, byte, sizeof byte);
}

/* The very bits of NAN: another NaN (its sign differs) is kept as it is. */
static bool is_plain_nan(double x)
{
    const double plain = NAN;
    return !memcmp(&x, &plain, sizeof x);
}

void bytes_add_reals(struct bytes *b, const double *x, size_t n)
{
    for (size_t i = 0; i < n; i += 8) {
        unsigned char known = 0;
        size_t end = n - i < 8 ? n : i + 8;
        for (size_t k = i; k < end; k++)
            known |= (unsigned char)(!is_plain_nan(x[k]) << (k - i));
        bytes_add(b, &known, 1);
        for (size_t k = i; k < end; k++)
            if (known >> (k - i) & 1)
                bytes_add_real(b, x[k]);
    }
}

void bytes_add_text(struct bytes *b, const char *text)
{
    size_t n = strlen(text);
    bytes_add_count(b, n);
    bytes_add(b, text, n);
}

void bytes_read(struct bytes_reader *r, const void *from, size_t n)
{
    const unsigned char *at = n ? from : (const void *)""; /* nothing may come as NULL */
    *r = (struct bytes_reader){ .at = at, .end = at + n };
}

const void *bytes_take(struct bytes_reader *r, size_t n)
{
    if (r->failed || (size_t)(r->end - r->at) < n) {
        r->failed = true;
        return NULL;
    }
    const unsigned char *taken = r->at;
    r->at += n;
    return taken;
}

uint64_t bytes_take_count(struct bytes_reader *r)
{
    uint64_t number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const unsigned char *group = bytes_take(r, 1);
        if (!group || (shift == 63 && *group > 1))
            break;
        number |= (uint64_t)(*group & 0x7f) << shift;
        if (*group < 0x80)
            return number;
    }
    r->failed = true;
    return 0;
}

uint64_t bytes_take_count_to(struct bytes_reader *r, uint64_t most)
{
    uint64_t number = bytes_take_count(r);
    if (number <= most)
        return number;
    r->failed = true;
    return 0;
}

double bytes_take_real(struct bytes_reader *r)
{
    const unsigned char *byte = bytes_take(r, REAL_BYTES);
    uint64_t bits = 0;
    for (size_t i = 0; byte && i < REAL_BYTES; i++)
        bits |= (uint64_t)byte[i] << 8 * i;
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

void bytes_take_reals(struct bytes_reader *r, double *x, size_t n)
{
    for (size_t i = 0; i < n && !r->failed; i += 8) {
        const unsigned char *known = bytes_take(r, 1);
        size_t end = n - i < 8 ? n : i + 8;
        for (size_t k = i; known && k < end; k++) {
            double taken = *known >> (k - i) & 1 ? bytes_take_real(r) : NAN;
            if (x)
                x[k] = taken;
        }
    }
}

void bytes_take_text(struct bytes_reader *r, char *text, size_t size)
{
    size_t n = (size_t)bytes_take_count_to(r, size - 1);
    const char *from = bytes_take(r, n);
    *text = '\0';
    if (!from || memchr(from, '\0', n)) {
        r->failed = true;
        return;
    }
    memcpy(text, from, n);
    text[n] = '\0';
}
