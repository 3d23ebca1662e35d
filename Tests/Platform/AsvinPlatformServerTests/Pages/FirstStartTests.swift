import AsvinPlatform
import AsvinPlatformFixtures
import Testing

@testable import AsvinPlatformServer

struct FirstStartTests {
  @Test func `The code is valid once, whatever asks for it at the same time`() async {
    let start = FirstStart(isNeeded: true)
    let code = start.path.map { String($0.split(separator: "=")[1]) } ?? ""
    #expect(code.count == 64)
    #expect(start.isCode(code) && !start.isCode("") && !start.isCode(code.uppercased()))
    #expect(!start.use("0\(code.dropFirst())"))
    let uses = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<50 { group.addTask { start.use(code) } }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(uses == 1)
    #expect(start.path == nil && !start.isCode(code))
    start.restore(code)
    #expect(start.isCode(code))
  }

  @Test func `There is no code if a workspace has a user`() {
    let start = FirstStart(isNeeded: false)
    #expect(start.path == nil && !start.isCode("") && !start.use(""))
  }
}
