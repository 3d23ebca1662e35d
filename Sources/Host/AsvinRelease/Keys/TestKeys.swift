/// The points of the published keys in the `Keys` folder of this project. A test compares them with the files.
enum TestKeys {
  static let points: [(name: String, point: String)] = [
    ("TEST-ONLY-ed25519", "5cf23d2ad42334fb359266aeae62cd78084c070548685693595149a148f6ca6c"),
    ("TEST-ONLY-ecdsa-p256", "b124eb70cdc88c7d74b0e7ec1d4f02948299d1ea26573c88367ac4febb73bd8d"),
  ]
}
