(** Greets. *)
val greeting : string Fmt.t
