// Nothing: of this module the builder of patches wants the digest only, for which `AsvinCrypto` stands.
