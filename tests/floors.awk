# floors.awk - checks every #include against floors.txt. Usage: awk -f floors.awk floors.txt FILE...
# File names are relative to the top of the tree. Exits 1 when something is wrong, and says it.

FNR == NR {
    if ($1 == "floor")
        level[$3] = ++floors
    else if ($1 == "forbid")
        for (i = 3; i <= NF; i++)
            forbidden[$2, $i] = 1
    next
}

# The longest folder of the table that a path lies in, or "".
function floor_of(path,    folder, best) {
    best = ""
    for (folder in level)
        if (index(path, folder "/") == 1 && length(folder) > length(best))
            best = folder
    return best
}

function complain(text) {
    printf "%s:%d: %s\n", FILENAME, FNR, text
    wrong = 1
}

FNR == 1 {
    here = floor_of(FILENAME)
    folder = FILENAME
    sub(/\/[^\/]*$/, "", folder)
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
    split($0, part, "\"")
    there = floor_of(part[2])
    if (there == "" && here != "")
        complain("\"" part[2] "\" is not written from the top of the tree, or lies on no floor")
    else if (here != "" && level[there] > level[here])
        complain("upward include: " here " must not know \"" part[2] "\"")
}

/^[ \t]*#[ \t]*include[ \t]*</ {
    split($0, part, /[<>]/)
    if ((folder, part[2]) in forbidden)
        complain("<" part[2] "> is forbidden in " folder)
}

END { exit wrong }
