import QtQuick
import Soliloquy

// What conversations with one model begin with, and how that model is opened. Nothing is kept before Save.
Sheet {
    id: sheet
    required property QtObject models
    property string path
    property var choices: ({})   // what can be chosen for this model
    property var kept: ({})      // what was kept when the sheet was opened
    property var form: ({})      // what stands in the fields, numbers as text
    widest: 640
    title: qsTr("Defaults of %1").arg(choices.name || "")

    readonly property bool numbersAreValid: !form.ownSampling || [temperature, topK, topP, minP, penalty, reach, seed].every(row => row.valid)
    readonly property bool valid: context.valid && numbersAreValid
    readonly property var cost: path !== "" && context.valid ? models.contextCost(path, Number(context.plain)) : ({})
    readonly property bool reopens: choices.opened === true && valid && (Number(context.plain) !== kept.contextLength || form.profile !== kept.profile)
    readonly property bool changed: form.ownSampling === true || form.thinking !== "auto" || form.pastThoughts !== "model" || form.profile !== "" || Number(context.plain) !== 0 || prompt.text !== ""

    function ask(path) {
        sheet.path = path
        sheet.choices = models.choicesOf(path)
        sheet.kept = models.defaultsOf(path)
        sheet.fill(sheet.kept)
        sheet.open()
    }
    function fill(from) {
        const fields = Object.assign({}, from)
        for (const key of ["temperature", "topK", "topP", "minP", "repetitionPenalty", "repetitionWindow", "contextLength"]) fields[key] = String(from[key])
        sheet.form = fields
        prompt.text = from.systemPrompt
    }
    function set(key, value) { sheet.form = Object.assign({}, sheet.form, { [key]: value }) }
    function clear() { sheet.fill(Object.assign({}, sheet.kept, { ownSampling: false, contextLength: 0, thinking: "auto", pastThoughts: "model", profile: "", systemPrompt: "" })) }
    function save() {
        if (!sheet.valid) return
        models.setDefaults(path, {
            ownSampling: form.ownSampling, temperature: Number(temperature.plain), topK: Number(topK.plain), topP: Number(topP.plain), minP: Number(minP.plain),
            repetitionPenalty: Number(penalty.plain), repetitionWindow: Number(reach.plain), seed: seed.plain, contextLength: Number(context.plain),
            thinking: form.thinking, pastThoughts: form.pastThoughts, profile: form.profile, systemPrompt: prompt.text })
        sheet.close()
    }
    function grouped(number) { return Number(number || 0).toLocaleString(Qt.locale("en"), "f", 0) }

    Words {
        width: parent.width
        wrapMode: Text.Wrap
        lineHeight: 1.3
        color: Theme.muted
        text: qsTr("New conversations with this model begin with these; so does the present one when you change to this model, but for the system prompt.")
    }
    SectionHead { text: qsTr("Context and memory") }
    NumberRow {
        id: context
        text: qsTr("Context length")
        explanation: qsTr("In tokens; 0 is as for every model: %1").arg(sheet.grouped(sheet.choices.ownContext))
        whole: true
        most: 16777216
        value: sheet.form.contextLength || "0"
        onEdited: value => sheet.set("contextLength", value)
    }
    Words {
        width: parent.width
        visible: text !== ""
        text: sheet.cost.sentence || ""
        wrapMode: Text.Wrap
        font.pixelSize: Theme.size12
        color: sheet.cost.level === "fits" ? Theme.ok : sheet.cost.level === "unknown" ? Theme.muted : Theme.amber
    }
    Words {
        width: parent.width
        visible: text !== ""
        text: sheet.cost.warning || ""
        wrapMode: Text.Wrap
        font.pixelSize: Theme.size12
        color: Theme.amber
    }
    NoteCard {
        width: parent.width
        visible: sheet.reopens
        title: qsTr("This model is open")
        lines: [qsTr("Saving closes it. It is opened again, with this, by the next message.")]
    }
    SectionHead { text: qsTr("Thinking") }
    SettingRow {
        text: qsTr("Thinking")
        note: !sheet.choices.canThink && sheet.form.profile === "" ? qsTr("This model answers at once") : sheet.choices.canSwitch ? qsTr("What the chip below the message begins with") : qsTr("Its template has no switch for it")
        Choice {
            name: qsTr("Thinking")
            enabled: sheet.choices.canSwitch === true
            opacity: enabled ? 1 : 0.5
            options: [{ value: "auto", text: qsTr("Freely") }, { value: "on", text: qsTr("Always") }, { value: "off", text: qsTr("Never") }]
            value: sheet.form.thinking
            onChosen: value => sheet.set("thinking", value)
        }
    }
    PastThoughtsRow {
        rule: sheet.choices.pastThoughts || ""
        keepable: sheet.choices.canKeep === true
        visible: rule !== ""
        value: sheet.form.pastThoughts || "model"
        onChosen: value => sheet.set("pastThoughts", value)
    }
    SettingRow {
        text: qsTr("How thoughts are marked")
        note: qsTr("Recognised from template and vocabulary: %1. Choose another only if thoughts and answers are mixed up").arg(sheet.choices.profile === "none" ? qsTr("not at all") : sheet.choices.profile || "")
        Picker {
            title: qsTr("How thoughts are marked")
            options: sheet.models.profiles()
            value: sheet.form.profile
            onChosen: value => sheet.set("profile", value)
        }
    }
    SectionHead { text: qsTr("Sampling") }
    SettingRow {
        text: qsTr("Numbers of its own")
        note: sheet.form.ownSampling ? qsTr("In place of those of the settings") : qsTr("Off: those of the settings are used")
        Toggle { name: qsTr("Numbers of its own"); checked: sheet.form.ownSampling === true; onToggled: sheet.set("ownSampling", checked) }
    }
    Column {
        width: parent.width
        spacing: 8
        visible: sheet.form.ownSampling === true
        NumberRow { id: temperature; text: qsTr("Temperature"); explanation: qsTr("0 always takes the likeliest token"); most: 10; value: sheet.form.temperature || ""; onEdited: value => sheet.set("temperature", value) }
        NumberRow { id: topK; text: qsTr("Top-k"); explanation: qsTr("Only so many of the likeliest tokens; 0 is off"); whole: true; most: 1000000; value: sheet.form.topK || ""; onEdited: value => sheet.set("topK", value) }
        NumberRow { id: topP; text: qsTr("Top-p"); explanation: qsTr("Only the likeliest tokens that add up to this; 1 is off"); value: sheet.form.topP || ""; onEdited: value => sheet.set("topP", value) }
        NumberRow { id: minP; text: qsTr("Min-p"); explanation: qsTr("No token less likely than this share of the likeliest; 0 is off"); value: sheet.form.minP || ""; onEdited: value => sheet.set("minP", value) }
        NumberRow { id: penalty; text: qsTr("Repetition penalty"); explanation: qsTr("Above 1, recent tokens become less likely; 1 is off"); least: 0.1; most: 10; value: sheet.form.repetitionPenalty || ""; onEdited: value => sheet.set("repetitionPenalty", value) }
        NumberRow { id: reach; text: qsTr("Reach of the penalty"); explanation: qsTr("In tokens back from the newest"); whole: true; most: 1000000; value: sheet.form.repetitionWindow || ""; onEdited: value => sheet.set("repetitionWindow", value) }
        NumberRow { id: seed; text: qsTr("Seed"); explanation: qsTr("0 draws a new one for every answer; with any other number the same conversation gets the same answer"); whole: true; most: 1e19; value: sheet.form.seed || ""; onEdited: value => sheet.set("seed", value) }
    }
    SectionHead { text: qsTr("System prompt") }
    ProseBox { id: prompt; width: parent.width; name: qsTr("System prompt"); placeholder: qsTr("Empty: that of the settings") }

    buttons: [
        TextButton { text: qsTr("Back to the model's defaults"); bare: true; enabled: sheet.changed; onClicked: sheet.clear() },
        TextButton { text: qsTr("Cancel"); onClicked: sheet.close() },
        TextButton { text: qsTr("Save"); primary: true; enabled: sheet.valid; onClicked: sheet.save() }
    ]
}
