/**
 * A self-signed certificate for `localhost`, and its key, for tests of TLS: of no use elsewhere.
 * Made with `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 36500`.
 */

export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBlTCCATugAwIBAgIUZpT8ASydiZfGvqKEUxJ1uSesxUAwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNTIzMjAyNVoYDzIxMjYxMTAx
MjMyMDI1WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAS0aR6r1s713kLtYV9DELAvw7kF4uoCry8xVkvzrk6hUlE5OQ6+UG7H
ymIL7FsjL08GOkDdHnFSkQR57arrH2Goo2kwZzAdBgNVHQ4EFgQUygaGnTG3rAul
zdwupycy/90X5GkwHwYDVR0jBBgwFoAUygaGnTG3rAulzdwupycy/90X5GkwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SAAwRQIhANygfpRgIUH5Fj+12whcx3c6+IVe4bpApDQIuHeskbzmAiBn4gWbcUK7
NlloUE/JIaz6s03bEzl1c1cuAjGQzQRdCg==
-----END CERTIFICATE-----
`

export const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgMNoG8FIQGqLDF62a
nW2OCOW70hP/EHQwQnN/q50XB46hRANCAAS0aR6r1s713kLtYV9DELAvw7kF4uoC
ry8xVkvzrk6hUlE5OQ6+UG7HymIL7FsjL08GOkDdHnFSkQR57arrH2Go
-----END PRIVATE KEY-----
`
