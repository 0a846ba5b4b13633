import QtQuick
import Soliloquy

// Looks of the window, how answers are generated, what the engine is given.
Sheet {
    id: sheet
    required property QtObject settings
    required property QtObject devices
    title: qsTr("Settings")
    widest: 600

    SectionHead { text: qsTr("Appearance") }
    SettingRow {
        text: qsTr("Theme")
        Choice {
            name: qsTr("Theme")
            options: [{ value: "system", text: qsTr("System") }, { value: "light", text: qsTr("Light") }, { value: "dark", text: qsTr("Dark") }]
            value: sheet.settings.theme
            onChosen: value => sheet.settings.theme = value
        }
    }
    SettingRow {
        text: qsTr("Text size")
        Choice {
            name: qsTr("Text size")
            options: [{ value: 0.9, text: qsTr("Small") }, { value: 1.0, text: qsTr("Normal") }, { value: 1.15, text: qsTr("Large") }, { value: 1.4, text: qsTr("Huge") }]
            value: sheet.settings.textScale
            onChosen: value => sheet.settings.textScale = value
        }
    }
    SettingRow {
        text: qsTr("Motion")
        note: qsTr("Short movements when something opens or folds")
        Toggle { name: qsTr("Motion"); checked: sheet.settings.motion; onToggled: sheet.settings.motion = checked }
    }
    SectionHead { text: qsTr("Thoughts") }
    SettingRow {
        text: qsTr("Open while thinking")
        note: qsTr("A thought that you opened yourself is never closed for you")
        Toggle { name: qsTr("Open while thinking"); checked: sheet.settings.thoughtsOpen; onToggled: sheet.settings.thoughtsOpen = checked }
    }
    SectionHead { text: qsTr("Answers: this conversation, and new ones") }
    SettingRow {
        text: qsTr("Temperature")
        note: qsTr("0 always takes the likeliest token; the bundled model is best at 0")
        TextBox {
            name: qsTr("Temperature"); width: 96
            text: Number(sheet.settings.temperature).toFixed(2)
            validator: DoubleValidator { bottom: 0; top: 2; notation: DoubleValidator.StandardNotation; locale: "C" }
            onEditingFinished: sheet.settings.temperature = Number(text)
        }
    }
    SettingRow {
        text: qsTr("Top-p")
        note: qsTr("Only the likeliest tokens that add up to this; 1 is off")
        TextBox {
            name: qsTr("Top-p"); width: 96
            text: Number(sheet.settings.topP).toFixed(2)
            validator: DoubleValidator { bottom: 0.05; top: 1; notation: DoubleValidator.StandardNotation; locale: "C" }
            onEditingFinished: sheet.settings.topP = Number(text)
        }
    }
    SettingRow {
        text: qsTr("Seed")
        note: qsTr("0 draws a new one for every answer. With any other number the same conversation gets the same answer; what was said is then read again before each, which takes longer")
        TextBox {
            name: qsTr("Seed"); width: 96
            text: sheet.settings.seed
            validator: RegularExpressionValidator { regularExpression: /[0-9]{0,19}/ }
            onEditingFinished: sheet.settings.seed = text
        }
    }
    SettingRow {
        text: qsTr("Longest answer")
        note: qsTr("In tokens, thought included; 0 is as long as the context allows")
        TextBox {
            name: qsTr("Longest answer"); width: 96
            text: String(sheet.settings.maxTokens)
            validator: IntValidator { bottom: 0; top: 1000000 }
            onEditingFinished: sheet.settings.maxTokens = Number(text)
        }
    }
    Words { text: qsTr("System prompt"); height: 32 }
    ProseBox {
        id: prompt
        width: parent.width
        name: qsTr("System prompt")
        text: sheet.settings.systemPrompt
        onLeaving: sheet.settings.systemPrompt = text
    }
    SectionHead { text: qsTr("Models run on") }
    DeviceChooser { devices: sheet.devices; shown: sheet.visible }
    SectionHead { text: qsTr("Engine: from the next start on") }
    SettingRow {
        text: qsTr("Context")
        note: qsTr("In tokens; 0 is the model's own, at most 32,768")
        TextBox {
            name: qsTr("Context"); width: 96
            text: String(sheet.settings.contextLength)
            validator: IntValidator { bottom: 0; top: 1000000 }
            onEditingFinished: sheet.settings.contextLength = Number(text)
        }
    }
    SettingRow {
        text: qsTr("Threads")
        note: qsTr("0 is every core")
        TextBox {
            name: qsTr("Threads"); width: 96
            text: String(sheet.settings.threads)
            validator: IntValidator { bottom: 0; top: 1024 }
            onEditingFinished: sheet.settings.threads = Number(text)
        }
    }
    onClosed: sheet.settings.systemPrompt = prompt.text
}
