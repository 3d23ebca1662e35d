PlatformProgram.run()
