import AsvinBundle

/// The envelope of a bundle.
enum JudgedEnvelope {
  static func envelope(of bundle: [UInt8]) throws -> [UInt8] { try BundleReader(bundle).envelope() }
}
