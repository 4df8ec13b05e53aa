let greeting ppf name =
  Fmt.pf ppf "%s, speaker of %s!" (Astring.String.Ascii.capitalize name) Astring.dialect
