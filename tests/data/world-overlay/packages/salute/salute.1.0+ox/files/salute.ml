open Cmdliner

let salute path = Fmt.pr "%a@." Greet.greeting (Fpath.basename (Fpath.v path))
let path = Arg.(value & pos 0 string "/home/world" & info [] ~docv:"PATH")
let command = Cmd.v (Cmd.info "salute" ~doc:"greet whom a path names") Term.(const salute $ path)
let () = exit (Cmd.eval command)
