#!/bin/sh
# Builds cppo VERSION without dune.
set -eu

cd src
echo "let cppo_version = \"$1\"" >cppo_version.ml
{
  ocaml compat.ml cppo_eval.ml
  cat cppo_eval.ml
} >preprocessed.ml
mv preprocessed.ml cppo_eval.ml
ocamllex -q cppo_lexer.mll
ocamlyacc cppo_parser.mly
ocamlfind ocamlopt -package str,unix -linkpkg -o cppo \
  cppo_version.mli cppo_version.ml cppo_types.mli cppo_types.ml cppo_command.mli cppo_command.ml \
  cppo_parser.mli cppo_parser.ml cppo_lexer.ml cppo_eval.mli cppo_eval.ml cppo_main.ml
