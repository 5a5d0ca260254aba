/* floor: plots */
#include "plots/compare_text.h"

#include "tests/suite.h"

static void changes_are_shares_or_factors(void)
{
    static const struct {
        double change;
        const char *text;
    } cases[] = {
        { 0, "0 %" },
        { 0.0523, "+5.23 %" },
        { -0.2, "-20.0 %" },
        { 1.5, "+150 %" },
        { 8.9, "+890 %" },
        { 12.5, "× 13.5" },
        { -0.95, "÷ 20" },
        { -1, "-100 %" },
        { -0.99994, "÷ 16,700" },
        { 0.00012, "+0.012 %" },
        { -0.00005, "> -0.01 %" },
        { 2e-9, "< +0.01 %" },
        { -0.99999999999, "-100 %" },
        { NAN, "-" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[48];
        compare_text_change(cases[i].change, text, sizeof text);
        CHECK_TEXT(text, cases[i].text);
    }
}

static void differences_carry_their_sign(void)
{
    char text[48];
    compare_text_difference(-0.25, "s", text, sizeof text);
    CHECK_TEXT(text, "-250 ms");
    compare_text_difference(2048, "B", text, sizeof text);
    CHECK_TEXT(text, "+2 KiB");
    compare_text_difference(0, "1", text, sizeof text);
    CHECK_TEXT(text, "0");
    compare_text_difference(NAN, "s", text, sizeof text);
    CHECK_TEXT(text, "-");
}

static void replications_are_rounded_up(void)
{
    char text[48];
    compare_text_needed(7, text, sizeof text);
    CHECK_TEXT(text, "7");
    compare_text_needed(1201, text, sizeof text);
    CHECK_TEXT(text, "1,300");
}

static void names_become_words(void)
{
    char text[48];
    compare_text_words("out_of_memory", text, sizeof text);
    CHECK_TEXT(text, "out of memory");
    compare_text_words(NULL, text, sizeof text);
    CHECK_TEXT(text, "-");
}

SUITE("text of comparisons", { "changes are shares or factors", changes_are_shares_or_factors },
      { "differences carry their sign", differences_carry_their_sign },
      { "replications are rounded up", replications_are_rounded_up },
      { "names become words", names_become_words })
