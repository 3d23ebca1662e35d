import AsvinRelease

extension KeyReport: Report {
  var lines: [String] {
    if let privateKey {
      return [
        "made a key", line("algorithm", algorithm), line("key id", keyID),
        line("private", "\(privateKey) (keep it secret)"),
        line("public", publicKey ?? ""),
      ]
    }
    if let publicKey {
      return [line("algorithm", algorithm), line("key id", keyID), line("public", publicKey)]
    }
    return pem.split(separator: "\n").map(String.init)
  }
}

extension ProjectReport: Report {
  var lines: [String] {
    [
      "wrote \(file)", line("vendor", vendor), line("class", deviceClass), line("template", template),
      "next: asvin-pack keygen -o keys/release.pem; asvin-pack sign firmware.bin",
    ]
  }
}
