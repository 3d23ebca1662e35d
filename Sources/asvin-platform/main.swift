import AsvinPlatformCommands

PlatformProgram.start()
await PlatformProgram.run()
