#pragma once

#include <string>

#include "report/report.h"

namespace oxbow::report {

/// The report as one line of JSON, in ASCII (other characters are escaped), ended by a newline.
///
/// Every field is always there, and null where there is nothing to say. What is not UTF-8 in a
/// repository stands as U+FFFD. A package is "NAME.VERSION"; a key and a build-id are 64
/// hexadecimal digits. Lists are whole, however long, and their order is fixed: packages in opam's
/// order. A field that is taken away or changes its meaning raises the version; one that is added
/// does not.
///
///   report = {
///     "version":      1
///     "repositories": [repository]  in order of priority, the one under test first
///     "base":         text or null  the commit before the change
///     "head":         text or null  the commit under test
///     "changes":      [change]      package versions that differ in the repository under test
///     "other_paths":  number        files outside packages/ that differ
///     "findings":     [finding]
///     "targets":      [target]
///   }
///   repository = {
///     "path":   text          as it was given
///     "commit": text or null  null for a plain directory
///   }
///   change = {
///     "package":       text
///     "kind":          "added" | "removed" | "changed" | "renamed"
///     "former":        text or null  the package that it was before it was renamed
///     "fields":        [text]        of the opam file, those that differ: "depends",
///     "url.checksum";
///                                    none where a package was added or removed
///     "files":         [{"path": text      from the package's files/
///                        "kind": "added" | "removed" | "changed"}]
///     "affects_build": boolean       whether its build-id can differ
///     "generated":     boolean       whether it is a guard package that a script wrote
///   }
///   finding = {
///     "path":    text          from the top of the repository under test
///     "line":    number        from 1
///     "level":   "error" | "warning" | "note"
///     "message": text
///     "excerpt": text or null  the line of the file, and a second one with a caret under the place
///   }
///   target = {
///     "compiler":            text  a package, such as "ocaml-variants.5.2.0+ox"
///     "platform":            text  such as "debian-12-x86_64"
///     "roots":               {"solved":   number or null   of the head; null where nothing was
///                             "unsolved": number or null}  solved, as the change touches no
///                             package
///     "newly_uninstallable": [unsolved]  roots that had a solution; explained as of the head
///     "newly_installable":   [unsolved]  roots that had none; explained as of the base
///     "added_uninstallable": [unsolved]  roots that are new; explained as of the head
///     "build_ids": {
///       "added":     [added]    layers of the head's solutions that the base's have not
///       "removed":   [removed]  and the other way around
///       "undefined": {"added": [added], "removed": [removed]}
///     }
///     "packages_rebuilt": number          distinct packages in both lists of added layers
///     "layers":           number          layers in both of them
///     "cached":           number or null  how many of those the cache holds; null if none was
///                                         looked at
///   }
///   unsolved = {
///     "package":     text
///     "explanation": [{"name": text           constraints on this name, the nearest to the root
///                                             first
///                      "constraints": [text]}]
///   }
///   added = {
///     "package":   text
///     "build_id":  text or null     opam's; null in "undefined" and only there: a package whose
///     url
///                                   has no checksum has none, nor has what depends on it
///     "key":       text             the layer's name in the cache: the build-id, or in its absence
///                                   oxbow's own
///     "deps":      [text]           its direct dependencies
///     "because":   because
///     "cached":    boolean or null  whether the cache holds it; null if none was looked at
///     "generated": boolean
///   }
///   removed = {"package": text, "build_id": text or null, "key": text}
///   because = {
///     "cause":    "changed"     the package differs in what affects its build
///               | "dependency"  the layers of the packages listed, which it depends on, are new
///               | "choice"      the solver now chooses the packages listed, or no more
///               | "chosen"      no solution of the base held the package
///     "packages": [{"package": text
///                   "former":  text or null}]  of a choice, what was chosen before of that name;
///                   the
///                                              package itself where it is chosen no more
///     "text":     text  the same for people
///   }
std::string to_json(const Report& report);

}  // namespace oxbow::report
