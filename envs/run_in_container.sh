#!/bin/sh
# Entry of the container: snakemake on the study mounted at /study, with the given targets and options.
set -eu
study=/study

if ! [ -w "$study" ]; then
    echo "$study is not mounted, or user $(id -u) cannot write there; mount the folder of the study" \
        "(docker: --volume \"\$PWD:$study\", apptainer: --bind \"\$PWD:$study\") and run as its" \
        "owner (docker: --user \"\$(id -u):\$(id -g)\")" >&2
    exit 1
fi
cd "$study"

# The root is read-only and the user may have no home folder: caches and temporary files lie in the study.
own="$study/.snakemake"
writable() { [ -d "$1" ] && [ -w "$1" ]; }
writable "${XDG_CACHE_HOME:-}" || export XDG_CACHE_HOME="$own/cache"
writable "${MPLCONFIGDIR:-}" || export MPLCONFIGDIR="$own/matplotlib"
writable "${NUMBA_CACHE_DIR:-}" || export NUMBA_CACHE_DIR="$own/numba"
# LightGBM's OpenMP library is loaded from the folder of temporary files, which fails if it is mounted noexec.
loadable() {
    probe=$(mktemp "$1/restpain.XXXXXX" 2>/dev/null) || return 1
    printf '#!/bin/sh\n' >"$probe"
    chmod 700 "$probe"
    "$probe" 2>/dev/null && answer=0 || answer=1
    rm "$probe"
    return $answer
}
loadable "${TMPDIR:-/tmp}" || export TMPDIR="$own/tmp"
mkdir -p "$XDG_CACHE_HOME" "$MPLCONFIGDIR" "$NUMBA_CACHE_DIR" "${TMPDIR:-/tmp}"

exec /opt/restpain/.venv/bin/snakemake -s /opt/restpain/Snakefile --directory "$study" "$@"
