package import AsvinHost
import AsvinCrypto
package import AsvinManifest

/// A vendor's domain and a class's name, with their ids in a manifest.
package struct DeviceClass: Sendable {
  /// The vendor id.
  package let vendor: Identifier
  /// The class id.
  package let deviceClass: Identifier

  /// The ids of a domain and a name.
  ///
  /// - Throws: ``Failure`` for an invalid domain or name.
  package init(vendor: String, name: String) throws(Failure) {
    self.vendor = try DeviceClass.vendor(vendor)
    guard Name(name) != nil else {
      throw Failure(.usage, "'\(name)' is not a class name", hint: "use letters, digits and . + _ -, at most 64")
    }
    deviceClass = Identifier.deviceClass(name, of: self.vendor)
  }

  /// The class id as a UUID.
  package var classID: String { deviceClass.uuid }

  package static func vendor(_ domain: String) throws(Failure) -> Identifier {
    let allowed = domain.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
        UInt8(ascii: "-"):
        true
      default: false
      }
    }
    guard allowed, domain.contains("."), domain.utf8.count <= 253 else {
      throw Failure(.usage, "'\(domain)' is not a domain", hint: "write the vendor in lower case, as example.com")
    }
    return Identifier.vendor(domain: domain)
  }
}
