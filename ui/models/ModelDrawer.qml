import QtQuick
import QtQuick.Templates as T
import Soliloquy

// All about one model: facts, what is wrong or unusual, its checksum, its template, tensors and metadata.
FocusScope {
    id: drawer
    required property QtObject models
    readonly property var details: models.details
    readonly property var checksum: models.checksum
    readonly property bool opened: models.openedPath !== "" && models.openedPath === details.path
    signal openWanted(string path)
    signal defaultsWanted(string path)

    Accessible.role: Accessible.Dialog
    Accessible.name: qsTr("Details of %1").arg(details.name || "")
    onVisibleChanged: if (visible) { scroll.contentY = 0; closer.forceActiveFocus() }

    Rectangle { anchors.fill: parent; color: Theme.side }
    MouseArea { anchors.fill: parent; hoverEnabled: true }
    Rectangle { width: 1; height: parent.height; color: Theme.line }
    Words {
        x: 24
        width: parent.width - 76
        height: 48
        text: drawer.details.name || ""
        font.pixelSize: Theme.size14
        font.weight: Font.DemiBold
        elide: Text.ElideRight
        Accessible.role: Accessible.Heading
    }
    IconButton {
        id: closer
        anchors.right: parent.right
        anchors.rightMargin: 16
        y: 10
        icon_: "close"
        name: qsTr("Close")
        onClicked: drawer.models.hideDetails()
    }
    Flickable {
        id: scroll
        y: 48
        x: 24
        width: parent.width - 48
        height: parent.height - 48
        contentWidth: width
        contentHeight: column.implicitHeight + 32
        clip: true
        boundsBehavior: Flickable.StopAtBounds
        T.ScrollBar.vertical: ThinScrollBar { parent: drawer; x: drawer.width - width; y: scroll.y; height: scroll.height }
        Column {
            id: column
            width: scroll.width
            spacing: 12
            NoteCard {
                width: parent.width
                visible: lines.length > 0
                title: drawer.details.state === "broken" ? qsTr("This file cannot be read") : qsTr("This model cannot be opened")
                lines: drawer.details.problems || []
                tint: Theme.dangerTint
                ink: Theme.danger
            }
            NoteCard {
                width: parent.width
                visible: lines.length > 0
                title: qsTr("Look first")
                lines: drawer.details.warnings || []
                tint: Theme.amberTint
                ink: Theme.amber
            }
            Flow {
                width: parent.width
                spacing: 8
                visible: drawer.details.state === "runs"
                TextButton {
                    visible: !drawer.opened
                    text: (drawer.details.warnings || []).length > 0 ? qsTr("Open all the same") : qsTr("Open")
                    primary: true
                    onClicked: drawer.openWanted(drawer.details.path)
                }
                TextButton {
                    visible: drawer.opened
                    text: qsTr("Close the model")
                    hint: qsTr("Gives its memory back; the next message opens it again")
                    onClicked: drawer.models.unload()
                }
                TextButton { text: qsTr("Defaults…"); icon_: "gear"; onClicked: drawer.defaultsWanted(drawer.details.path) }
            }
            FactRows { width: parent.width; rows: drawer.details.facts || [] }
            FactRows { width: parent.width; visible: rows.length > 0; rows: drawer.details.device ? [{ label: qsTr("Runs on"), value: drawer.details.device }] : [] }
            Column {
                width: parent.width
                spacing: 8
                Words { text: qsTr("SHA-256"); font.weight: Font.DemiBold }
                Words {
                    width: parent.width
                    visible: text !== ""
                    text: drawer.checksum.text || ""
                    font.family: Theme.monoFamily
                    font.pixelSize: Theme.size12
                    wrapMode: Text.WrapAnywhere
                }
                Words {
                    width: parent.width
                    visible: text !== ""
                    text: drawer.checksum.verdict || ""
                    wrapMode: Text.Wrap
                    color: drawer.checksum.matches === true ? Theme.ok : drawer.checksum.matches === false ? Theme.danger : Theme.muted
                }
                ProgressLine { width: parent.width; visible: drawer.checksum.running === true; value: drawer.checksum.progress || 0 }
                Row {
                    spacing: 8
                    TextButton {
                        text: drawer.checksum.running ? qsTr("Cancel") : qsTr("Compute the checksum")
                        visible: drawer.checksum.text === undefined
                        onClicked: drawer.checksum.running ? drawer.models.stopChecksum() : drawer.models.startChecksum()
                    }
                    TextButton {
                        text: qsTr("Copy")
                        icon_: "copy"
                        visible: drawer.checksum.text !== undefined
                        onClicked: drawer.models.copyText(drawer.checksum.text)
                    }
                }
            }
            FoldedPart { width: parent.width; title: qsTr("Chat template"); source: drawer.details.template || ""; visible: source !== "" }
            FoldedPart { width: parent.width; title: qsTr("Tensors by type"); rows: drawer.details.types || []; visible: rows.length > 0 }
            FoldedPart { width: parent.width; title: qsTr("Metadata"); rows: drawer.details.metadata || []; visible: rows.length > 0 }
        }
    }
}
