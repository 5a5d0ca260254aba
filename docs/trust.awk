# trust.awk - a table in Markdown from a live.csv, measured | predicted | error of each metric wanted.
# Usage: awk -v metrics="latency.p50 latency.p99" -f docs/trust.awk results/NAME-live/live.csv
# Durations are microseconds, sizes bytes, a utilisation is a share of 1. Names of variants and values must not hold commas.

function shown(value, unit) {
    if (value == "")
        return "-"
    return sprintf(unit == "1" ? "%.2f" : "%.0f", unit == "s" ? value * 1e6 : value)
}

BEGIN {
    FS = ","
    n = split(metrics, wanted, " ")
}

NR == 1 {
    for (i = 1; i <= NF; i++)
        column[$i] = i
    head = "|"
    line = "|"
    for (i = 1; i < column["metric"]; i++) {
        head = head " " $i " |"
        line = line "---|"
    }
    for (i = 1; i <= n; i++) {
        head = head " " wanted[i] " measured | predicted | error |"
        line = line "---:|---:|---:|"
    }
    print head
    print line
    next
}

{
    point = "|"
    for (i = 1; i < column["metric"]; i++)
        point = point " " $i " |"
    if (!(point in seen)) {
        seen[point] = ++points
        order[points] = point
    }
    unit = $column["unit"]
    error = $column["error"]
    cell[point, $column["metric"]] = " " shown($column["measured"], unit) " | " \
        shown($column["predicted"], unit) " | " (error == "" ? "-" : sprintf("%+.1f %%", 100 * error)) " |"
}

END {
    for (p = 1; p <= points; p++) {
        row = order[p]
        for (i = 1; i <= n; i++)
            row = row ((order[p], wanted[i]) in cell ? cell[order[p], wanted[i]] : " - | - | - |")
        print row
    }
}
