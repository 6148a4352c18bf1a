#!/bin/sh
# Give the module another path: scripts/rename.sh example.org/you/ward [DIRECTORY]
# Rewrites go.mod and every place that names a package of the module by its path:
# imports, linker flags, linter rules, documentation. Run it again for yet another.
set -eu

new=${1:?usage: scripts/rename.sh MODULE [DIRECTORY]}
cd "${2:-$(dirname "$0")/..}"
old=$(sed -n 's/^module //p' go.mod)

case $new in
*[!A-Za-z0-9._~/-]* | /* | */ | *//* | -*)
	echo "rename: \"$new\" is no module path" >&2
	exit 2
	;;
esac

# The names that may follow the module's path: the directories at its root.
dirs=$(find . -mindepth 1 -maxdepth 1 -type d ! -name '.*' | sed 's#^\./##; s#[.]#\\.#g' | sort | paste -s -d '|' -)
old_re=$(printf '%s' "$old" | sed 's#[.]#\\.#g')

find . -name .git -prune -o -name testdata -prune -o -type f \
	\( -name '*.go' -o -name '*.md' -o -name '*.yml' -o -name '*.sh' -o -name Makefile -o -name go.mod -o -name run \) -print |
	while IFS= read -r file; do
		sed -E \
			-e "s#(^|[^A-Za-z0-9_./~-])$old_re/($dirs)([^A-Za-z0-9_-]|\$)#\\1$new/\\2\\3#g" \
			-e "s#^([[:space:]]*(import[[:space:]]+)?([a-z_.]+[[:space:]]+)?)\"$old_re\"\$#\\1\"$new\"#" \
			-e "s#^([[:space:]]*(module|require|replace)[[:space:]]+)$old_re([[:space:]]|\$)#\\1$new\\3#" \
			"$file" >"$file.renamed"
		if cmp -s "$file" "$file.renamed"; then
			rm "$file.renamed"
		else
			cat "$file.renamed" >"$file"
			rm "$file.renamed"
			case $file in *.go) echo "$file" ;; esac
		fi
	done |
	xargs -r gofmt -w # imports are sorted by path

echo "module $old is $new now"
