"""The texts of the map page, handed to its script in the reader's language."""

from geo_tracker.language import N_, Message

MAP_TEXTS: dict[str, Message] = {
    "theme": Message(N_("Theme")),
    "layers": Message(N_("Layers")),
    "projects": Message(N_("Projects")),
    "former_boundaries": Message(N_("Former boundaries")),
    "light_green": Message(N_("on plan")),
    "light_yellow": Message(N_("behind plan")),
    "light_red": Message(N_("far behind plan")),
    "light_unknown": Message(N_("no plan known")),
    "search": Message(N_("Find a village by old or new name, code or pinyin")),
    "search_short": Message(N_("Find a village")),
    "search_none": Message(N_("No village found")),
    "kind_merged": Message(N_("merged")),
    "kind_untouched": Message(N_("not merged")),
    "kind_former": Message(N_("former")),
    "copy_link": Message(N_("Copy link")),
    "copy_link_title": Message(N_("Copy the address of what is shown")),
    "copied": Message(N_("Link copied")),
    "copy_failed": Message(N_("The link stands in the address bar.")),
    "whole_area": Message(N_("Whole area")),
    "whole_area_title": Message(N_("Show the whole area")),
    "loading": Message(N_("Loading …")),
    "failed": Message(N_("This could not be loaded. Please try again.")),
    "signed_out": Message(N_("You have been signed out. Please sign in again.")),
    "seat": Message(N_("Seat of the village")),
    "share_of_village": Message(N_("share of the village's area")),
    "zoom_in": Message(N_("Zoom in")),
    "zoom_out": Message(N_("Zoom out")),
    "project_kinds": Message(N_("Kinds")),
    "project_stages": Message(N_("Stages")),
    "not_stated": Message(N_("not stated")),
    "measure": Message(N_("Measure")),
    "measure_title": Message(N_("Measure lengths and areas")),
    "measure_hint": Message(
        N_("Click corners; Backspace takes one back, Enter or a double click ends, Esc closes.")
    ),
    "length": Message(N_("Length")),
    "area": Message(N_("Area")),
    "metres": Message(N_("m")),
    "kilometres": Message(N_("km")),
    "hectares": Message(N_("ha")),
    "mu": Message(N_("mu")),
    "coordinates_title": Message(
        N_("Click for metres or degrees; a right click on the map copies the place")
    ),
    "place_copied": Message(N_("Place copied")),
    "place_not_copied": Message(N_("The place stands below; it could not be copied.")),
    "basemap": Message(N_("Base map")),
    "basemap_moved": Message(N_("moved back from GCJ-02, good to some metres")),
    "basemap_failed": Message(N_("The base map does not answer.")),
    "map_label": Message(N_("Map of the villages")),
    "key_search": Message(N_("Find a village")),
    "key_move": Message(N_("Move the map")),
    "key_zoom": Message(N_("Zoom in and out")),
    "key_whole": Message(N_("Show the whole area")),
    "key_choose": Message(N_("Choose the village in the middle")),
    "key_escape": Message(N_("End, or let the village go")),
    "key_help": Message(N_("Keys of the map")),
    "hide_class": Message(N_("Click a class to hide or show it")),
    "swipe": Message(N_("Swipe")),
    "swipe_title": Message(N_("Former boundaries on the left, present ones on the right")),
    "swipe_handle": Message(N_("Line between former and present villages")),
    "side_by_side": Message(N_("Side by side")),
    "side_by_side_title": Message(N_("Two maps of the same place, before and after")),
    "before_side": Message(N_("Before")),
    "after_side": Message(N_("After")),
    "villages_counted": Message(N_("{count} villages")),
    "coloured_by_present": Message(N_("coloured by the village they became")),
    "dates": Message(N_("By date")),
    "dates_title": Message(N_("The villages of any date")),
    "dates_note": Message(
        N_(
            "A merger counts from its effective date, else from its approval, else from the date of"
            " the new boundaries. Villages that are no more are coloured by the village they"
            " became; the legend counts those of today."
        )
    ),
    "date_shown": Message(N_("Date shown")),
    "date_before": Message(N_("Previous date")),
    "date_after": Message(N_("Next date")),
    "date_play": Message(N_("Play")),
    "date_pause": Message(N_("Pause")),
}
"""Texts by the key under which the script asks for them."""
