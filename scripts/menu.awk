# Prints the menu of a Makefile: "##@ heading" and "target: … ## text".
/^##@ / { printf "\n%s\n", substr($0, 5) }
/^[a-z][a-z-]*:.*## / {
    split($0, parts, ":")
    text = $0
    sub(/^.*## /, "", text)
    printf "  make %-9s %s\n", parts[1], text
}
END { print "" }
