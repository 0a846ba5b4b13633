import QtQuick
import Soliloquy

// Text that our own Markdown renderer escaped and marked up. It can be selected; links ask before they open.
TextEdit {
    id: view
    property string name
    property string plain  // the same without marks
    property int lineHeight: 0  // as the renderer was told; the room above a line is then shared with the room below
    signal linkPressed(string address)

    textFormat: TextEdit.RichText
    readOnly: true
    selectByMouse: true
    selectByKeyboard: true
    activeFocusOnPress: true
    wrapMode: TextEdit.Wrap
    font.family: Theme.fontFamily
    font.pixelSize: Theme.size16
    color: Theme.text
    selectionColor: Theme.dark ? "#3A4470" : "#C9D4FB"
    selectedTextColor: Theme.text
    onLinkActivated: link => view.linkPressed(link)
    Accessible.role: Accessible.EditableText  // the role whose letters a screen reader can walk through; it is read-only
    Accessible.name: view.name
    Accessible.description: view.plain
    Accessible.readOnly: true

    transform: Translate { y: view.lineHeight > 0 ? -Math.max(0, Math.round((view.lineHeight - 1.21 * view.font.pixelSize) / 2)) : 0 }
    HoverHandler { cursorShape: view.hoveredLink !== "" ? Qt.PointingHandCursor : Qt.IBeamCursor }
}
