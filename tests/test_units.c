/* floor: scenario */
#include "sim/scenario/units.h"
#include "tests/suite.h"

static double parsed(const char *text, enum unit_dim dim)
{
    double v = NAN;
    const char *why = unit_parse(text, dim, &v);
    if (why)
        printf("\n%s: %s", text, why);
    return why ? NAN : v;
}

static void units_multiply(void)
{
    static const struct {
        const char *text;
        enum unit_dim dim;
        double value;
    } cases[] = {
        { "250 ms", UNIT_TIME, 0.25 },
        { "250ms", UNIT_TIME, 0.25 },
        { "1 ns", UNIT_TIME, 1e-9 },
        { "120 us", UNIT_TIME, 120e-6 },
        { "120 \u00b5s", UNIT_TIME, 120e-6 },
        { "2 \u03bcs", UNIT_TIME, 2e-6 },
        { "1.5 min", UNIT_TIME, 90 },
        { "2 h", UNIT_TIME, 7200 },
        { "1 d", UNIT_TIME, 86400 },
        { "0 s", UNIT_TIME, 0 },
        { "1e-3 s", UNIT_TIME, 1e-3 },
        { "64 B", UNIT_SIZE, 64 },
        { "64 KiB", UNIT_SIZE, 65536 },
        { "8 MiB", UNIT_SIZE, 8388608 },
        { "2 GiB", UNIT_SIZE, 0x1p31 },
        { "1 TiB", UNIT_SIZE, 0x1p40 },
        { "1 kB", UNIT_SIZE, 1e3 },
        { "1 MB", UNIT_SIZE, 1e6 },
        { "1 GB", UNIT_SIZE, 1e9 },
        { "1 TB", UNIT_SIZE, 1e12 },
        { ".5 KiB", UNIT_SIZE, 512 },
        { "20 Mbit/s", UNIT_BITRATE, 2e7 },
        { "9.6 kbit/s", UNIT_BITRATE, 9600 },
        { "1 Gbit/s", UNIT_BITRATE, 1e9 },
        { "7 bit/s", UNIT_BITRATE, 7 },
        { "0.5 %", UNIT_RATIO, 0.005 },
        { "0.005", UNIT_RATIO, 0.005 },
        { "100%", UNIT_RATIO, 1 },
        { "20/s", UNIT_RATE, 20 },
        { "1/min", UNIT_RATE, 1 / 60.0 },
        { "3 / h", UNIT_RATE, 3 / 3600.0 },
        { "1e6", UNIT_NONE, 1e6 },
        { "+7", UNIT_NONE, 7 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double v = parsed(cases[i].text, cases[i].dim);
        if (v != cases[i].value)
            printf("\n'%s' is %.17g, expected %.17g", cases[i].text, v, cases[i].value);
        CU_ASSERT(v == cases[i].value);
    }
}

static void what_is_not_understood_is_refused(void)
{
    static const struct {
        const char *text;
        enum unit_dim dim;
        const char *why;
    } cases[] = {
        { "64", UNIT_SIZE, "'64' needs a unit: 64 B, 64 KiB, 64 MiB, 64 GiB, 64 TiB" },
        { "5", UNIT_TIME, "'5' needs a unit: 5 ns, 5 us, 5 ms, 5 s, 5 min, 5 h, 5 d" },
        { "20", UNIT_RATE, "'20' needs a unit: 20/h, 20/min, 20/s" },
        { "64 kib", UNIT_SIZE, "'64 kib': unknown unit 'kib'; did you mean 'KiB'?" },
        { "1 sec", UNIT_TIME, "'1 sec': unknown unit 'sec'; known are s, ms, us, min and their like" },
        { "5 ms", UNIT_SIZE, "'5 ms' is a time, expected a size in B, KiB, MiB, kB" },
        { "5 ms", UNIT_NONE, "'5 ms' is a time, expected a number" },
        { "10k", UNIT_NONE, "'10k' is not a bare number" },
        { "-1 s", UNIT_TIME, "'-1 s' is negative" },
        { "0,5 s", UNIT_TIME, "'0,5 s': write 0.5 with a point, and 10000 without separators" },
        { "10,000", UNIT_NONE, "'10,000': write 0.5 with a point, and 10000 without separators" },
        { "0x10 B", UNIT_SIZE, "'0x10 B' is not a decimal number" },
        { "1_000", UNIT_NONE, "'1_000' is not a decimal number" },
        { "1e999", UNIT_NONE, "'1e999' is too large" },
        { "1e308 TiB", UNIT_SIZE, "'1e308 TiB' is too large" },
        { "nan", UNIT_NONE, "'nan' is not a number" },
        { "inf", UNIT_NONE, "'inf' is not a number" },
        { "infinity s", UNIT_TIME, "'infinity s' is not a number" },
        { "", UNIT_TIME, "'' is not a number" },
        { " 5 s", UNIT_TIME, "' 5 s' is not a number" },
        { "s", UNIT_TIME, "'s' is not a number" },
        { ".", UNIT_NONE, "'.' is not a number" },
        { "1 s s", UNIT_TIME, "'1 s s': unknown unit 's s'; known are s, ms, us, min and their like" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double v = -7;
        CHECK_TEXT(unit_parse(cases[i].text, cases[i].dim, &v), cases[i].why);
        CHECK(v == -7);
    }
}

static void counts_are_whole_and_exact(void)
{
    uint64_t n = 0;
    CHECK(!count_parse("10000", &n) && n == 10000);
    CHECK(!count_parse("1e6", &n) && n == 1000000);
    CHECK(!count_parse("2.5e1", &n) && n == 25);
    CHECK(!count_parse("18446744073709551615", &n) && n == UINT64_MAX);
    CHECK(!count_parse("9007199254740993", &n) && n == 9007199254740993u);
    CHECK_TEXT(count_parse("18446744073709551616", &n), "'18446744073709551616' is too large");
    CHECK_TEXT(count_parse("1e20", &n), "'1e20' is too large");
    CHECK_TEXT(count_parse("1.5", &n), "'1.5' is not a whole number");
    CHECK_TEXT(count_parse("-1", &n), "'-1' is negative");
    CHECK_TEXT(count_parse("5 ms", &n), "'5 ms' is not a whole number without a unit");
    CHECK_TEXT(count_parse("1e", &n), "'1e' is not a whole number without a unit");
}

static void printed_values_read_well(void)
{
    static const struct {
        double value;
        const char *unit, *text;
    } cases[] = {
        { 0.25, "s", "250 ms" },
        { 1, "s", "1 s" },
        { 90, "s", "90 s" },
        { 60, "s", "1 min" },
        { 100, "s", "100 s" },
        { 600, "s", "10 min" },
        { 5400, "s", "90 min" },
        { 3600, "s", "1 h" },
        { 86400, "s", "1 d" },
        { 0.031234, "s", "31.23 ms" },
        { 0.99999, "s", "1 s" },
        { 2.5e-7, "s", "250 ns" },
        { 0, "s", "0 s" },
        { -0.25, "s", "-250 ms" },
        { 1e-10, "s", "0.1 ns" },
        { 512, "B", "512 B" },
        { 65536, "B", "64 KiB" },
        { 1e9, "B", "953.7 MiB" },
        { 1023.99 * 1024, "B", "1 MiB" },
        { 1, "1/s", "1/s" },
        { 1 / 60.0, "1/s", "1/min" },
        { 166.666, "1/s", "166.7/s" },
        { 10000, "1", "10000" },
        { 3599123, "1", "3599123" },
        { 0.12345, "1", "0.1235" },
        { 12.345, "1", "12.35" },
        { 0.005, "%", "0.5 %" },
        { 1, "%", "100 %" },
        { 2e7, "bit/s", "20 Mbit/s" },
        { 0.0025, "J", "2.5 mJ" },
        { 7, "apples", "7 apples" },
        { NAN, "s", "-" },
        { INFINITY, "B", "none" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[40];
        unit_print(cases[i].value, cases[i].unit, text, sizeof text);
        CHECK_TEXT(text, cases[i].text);
    }
}

static void printed_values_parse_back(void)
{
    static const enum unit_dim dims[] = { UNIT_TIME, UNIT_SIZE, UNIT_BITRATE, UNIT_RATIO, UNIT_RATE };
    for (size_t k = 0; k < sizeof dims / sizeof *dims; k++)
        for (double v = 1.2345678e-6; v < 1e13; v *= 1.37) {
            char text[64];
            unit_print_digits(v, unit_dims[dims[k]].base, 9, text, sizeof text);
            double back = parsed(text, dims[k]);
            CHECK_NEAR(back, v, v * 1e-8);
        }
}

static void a_small_buffer_is_not_overrun(void)
{
    char text[4] = "###";
    unit_print(0.031234, "s", text, 3);
    CHECK_TEXT(text, "31");
    CHECK_INT(text[3], 0);
}

SUITE("units", { "units multiply", units_multiply },
      { "what is not understood is refused, with what would be", what_is_not_understood_is_refused },
      { "counts are whole and exact", counts_are_whole_and_exact },
      { "printed values read well", printed_values_read_well },
      { "printed values parse back", printed_values_parse_back },
      { "a small buffer is not overrun", a_small_buffer_is_not_overrun })
