import QtQuick
import Soliloquy

// One model: its name, what it is, how much of the memory it needs, and the one thing to do with it.
Item {
    id: row
    required property string path
    required property string name
    required property string about
    required property string size
    required property double share
    required property string level
    required property string sentence
    required property string action
    required property bool opened
    required property bool loading
    required property string programs
    property bool narrow: false
    property bool current: false
    property double loadProgress: 0
    signal acted(string action, string path)
    signal detailsWanted(string path)
    signal cancelled()

    readonly property bool calm: action === "open"
    readonly property color mark: action === "details" ? Theme.faint : calm && level === "fits" ? Theme.ok : Theme.amber
    function activate() { if (!opened && !loading) acted(action, path) }

    height: narrow ? Math.max(84, small.y + small.height + 12) : 64
    Accessible.role: Accessible.ListItem
    Accessible.name: [name, about, size, sentence].join(", ")
    Accessible.focusable: true
    Accessible.onPressAction: row.activate()

    Rectangle {
        anchors.fill: parent
        radius: Theme.radius
        color: over.hovered ? Theme.hover : "transparent"
    }
    Rectangle { anchors.bottom: parent.bottom; width: parent.width; height: 1; color: Theme.line }
    FocusRing { anchors.margins: 0; shown: row.current }
    HoverHandler { id: over }
    TapHandler { onTapped: row.detailsWanted(row.path) }

    Words {
        id: title
        y: 10
        width: (row.narrow ? parent.width - button.width - 16 : amount.x - 16)
        text: row.name
        font.pixelSize: Theme.size14
        font.weight: Font.DemiBold
        elide: Text.ElideRight
    }
    Words {
        id: small
        y: 33
        width: title.width
        text: row.narrow ? row.about + "\n" + row.size + ": " + (row.loading ? qsTr("opening") : row.sentence) : row.about
        font.pixelSize: Theme.size12
        color: Theme.muted
        elide: row.narrow ? Text.ElideNone : Text.ElideRight
        wrapMode: row.narrow ? Text.Wrap : Text.NoWrap
    }
    Words {
        id: amount
        visible: !row.narrow
        x: parent.width * 0.5 - 88
        width: 80
        height: parent.height
        horizontalAlignment: Text.AlignRight
        text: row.size
        color: Theme.muted
    }
    ProgressLine {
        id: bar
        visible: !row.narrow
        x: amount.x + amount.width + 16
        anchors.verticalCenter: parent.verticalCenter
        width: 96
        value: row.loading ? row.loadProgress : row.level === "" ? 0 : row.share
        fill: row.loading ? Theme.accent : row.mark
        Accessible.ignored: true
    }
    Words {
        visible: !row.narrow
        x: bar.x + bar.width + 12
        width: button.x - x - 12
        height: parent.height
        text: row.loading ? qsTr("opening, %1 %").arg(Math.round(row.loadProgress * 100)) : row.sentence
        font.pixelSize: Theme.size12
        lineHeight: 1.2
        color: Theme.muted
        wrapMode: Text.Wrap
        maximumLineCount: 2
        elide: Text.ElideRight
    }
    TextButton {
        id: button
        anchors.right: parent.right
        anchors.rightMargin: 4
        y: row.narrow ? 10 : Math.round((row.height - height) / 2)
        enabled: !row.opened
        text: row.loading ? qsTr("Cancel") : row.opened ? qsTr("open") : row.action === "anyway" ? qsTr("Open anyway")
            : row.action === "look" ? qsTr("Look first") : row.action === "details" ? qsTr("Details") : qsTr("Open")
        name: text + ": " + row.name
        icon_: row.opened ? "check" : ""
        activeFocusOnTab: false
        onClicked: row.loading ? row.cancelled() : row.acted(row.action, row.path)
    }
}
